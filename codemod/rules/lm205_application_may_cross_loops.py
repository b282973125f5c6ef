"""The application under test may use its engine on many loops.

*What it does.* Finds loop-bound objects made at import time by application code that tests reach only through the
application: an ASGI client or `TestClient` over an app whose handlers use the engine, or a call that uses it under
a condition.

*Why is this bad.* If the tests really come by, the first request leaves a pooled connection behind on the first
test's loop, and the second test fails with `attached to a different loop` or asyncpg's `another operation is in
progress`.

*Fix safety.* Unsafe, because reading cannot tell whether a request reaches the engine: with `--unsafe` an autouse
fixture disposes the engine after each test (application code), or the engine gets `poolclass=NullPool` (test code).
Both are harmless where the engine is not used. Where that is no cure (what an application's start-up makes) or with
`--strategy share`, the suite joins the session's loop.

*Left alone.* Dependencies the tests replace (`app.dependency_overrides`, `monkeypatch`, `patch`), suites whose
tests share one loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per resource that crosses only if the application uses it."""
    for crossing in suite.diagnose().possible:
        says = "may meet more than one loop through the application: {loops}"
        yield crossing_finding(RULE.code, suite, crossing, says)


RULE = Rule(
    code="LM205",
    name="application-may-cross-loops",
    summary="the application under test may use its engine on many loops",
    since="0.1.0",
    max_applicability=Applicability.UNSAFE,
    doc=__doc__ or "",
    check=check,
    valid_from="0.10.0",
)
