"""A fixture lives longer than its loop.

*What it does.* Finds async fixtures whose loop scope is narrower than their cache scope, usually because
`asyncio_default_fixture_loop_scope = function` was set while fixtures kept `scope="session"` (the seed document's
option 1).

*Why is this bad.* Every test that needs the fixture errors at setup: `ScopeMismatch: You tried to access the
function scoped fixture _function_scoped_runner with a session scoped request object`.

*Fix safety.* Safe: the fixture gets an explicit `loop_scope` equal to its scope, so it can be set up at all and its
lifetime stays. Values that would then cross loops are repaired in the same step, by the strategy.

*Left alone.* Suites before pytest-asyncio 1.0, where a plugin may bring a wide `event_loop`. Fixtures whose scope
is computed; a wide fixture that asks for a narrower *fixture* (pytest's own ScopeMismatch).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.crossings import Mismatch
    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per fixture that pytest refuses to set up."""
    for mismatch in suite.diagnose().mismatches:
        fixture = mismatch.fixture
        cache = suite.layout.cache_scope(fixture)
        if mismatch.needs is not None or cache is None or _may_be_wider(suite, mismatch):
            continue
        span = fixture.function.span
        lives = f"fixture `{fixture.decl.name}` lives for the {cache.word} but runs on a narrower loop"
        message = f"{lives}: ScopeMismatch at setup of every test that needs it"
        yield finding(
            RULE.code, Location(fixture.key.path, span.line, span.column + 1), message, "", fixture.key.qualname
        )


def _may_be_wider(suite: Suite, mismatch: Mismatch) -> bool:
    """Tell whether, before 1.0, some plugin may bring an ``event_loop`` as wide as the fixture."""
    return suite.has_event_loop and not suite.graph.visible("event_loop", mismatch.item)


RULE = Rule(
    code="LM203",
    name="loop-narrower-than-cache",
    summary="a fixture lives longer than its loop (ScopeMismatch)",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
    valid_from="0.10.0",
)
