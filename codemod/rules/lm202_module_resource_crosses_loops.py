"""A module-level engine or client is used on many loops.

*What it does.* Finds loop-bound objects made at import time (`engine = create_async_engine(...)`) that tests or
fixtures use on more than one loop: as soon as tests run on function loops, every test is another loop.

*Why is this bad.* The first test passes and leaves a pooled connection behind; the second fails with `attached to a
different loop` or asyncpg's `another operation is in progress`.

*Fix safety.* Safe. In test code the engine gets `poolclass=NullPool`. In application code, which loopmend does not
change, an autouse fixture disposes the engine after each test, on the loop that used it.

*Left alone.* Objects no collected test or fixture reaches by name, NullPool engines, drivers that never bind,
objects the tests replace (`dependency_overrides`, `monkeypatch.setattr`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding
from codemod.rules._base import Rule, crossing_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per module-level resource that meets several loops."""
    for crossing in suite.diagnose().proven:
        if crossing.made.owner is None and not crossing.foreign:
            yield crossing_finding(RULE.code, suite, crossing, "meets more than one loop: {loops}")


RULE = Rule(
    code="LM202",
    name="module-resource-crosses-loops",
    summary="a module-level engine or client is used on many loops",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
    valid_from="0.10.0",
)
