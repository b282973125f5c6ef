"""A loop outside pytest-asyncio uses a shared resource.

*What it does.* Finds loop-bound objects that are also used on loops pytest-asyncio does not own: `TestClient(app)`
in a sync test, `unittest.IsolatedAsyncioTestCase`, `asyncio.run(...)` and `loop.run_until_complete(...)`.

*Why is this bad.* Such a loop ends with the call. The pooled connection it leaves behind fails in the next test
with `Event loop is closed` or `attached to a different loop`, and no choice of loop scopes helps: the loop is not
pytest-asyncio's.

*Fix safety.* Safe for pooled SQLAlchemy engines: `poolclass=NullPool` in test code; otherwise a dispose after each
test where a pytest fixture can reach the loop.

*Left alone.* Anything but pooled engines, and engines of application code used in `IsolatedAsyncioTestCase`
(dispose them in `asyncTearDown`: a pytest fixture never sees that loop).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per resource that a foreign loop shares."""
    for crossing in suite.diagnose().proven:
        if crossing.foreign:
            yield crossing_finding(RULE.code, suite, crossing, "is used on a loop pytest-asyncio does not own: {loops}")


RULE = Rule(
    code="LM204",
    name="foreign-loop-shares-resource",
    summary="TestClient, asyncio.run or IsolatedAsyncioTestCase uses a shared resource",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
    valid_from="0.10.0",
)
