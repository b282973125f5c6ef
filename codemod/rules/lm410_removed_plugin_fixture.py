"""A fixture of pytest-aiohttp is gone in the release that goes with pytest-asyncio 1.0.

*What it does.* Reports tests and fixtures that ask for `loop` or `proactor_loop` of pytest-aiohttp when the suite
leaves the versions of pytest-asyncio that have `event_loop`.

*Why is this bad.* In pytest-aiohttp 1.0 these fixtures hand on `event_loop`, so they fail with pytest-asyncio 1.0 and
later; pytest-aiohttp 1.1 does not have them any more: `fixture 'loop' not found`.

*Fix safety.* Never applied: async code gets its loop from `asyncio.get_running_loop()`, sync code needs a decision.

*Left alone.* A `loop` fixture the project or another plugin defines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.analysis.outside import BRINGS, REMOVED, requests
from codemod.model import Applicability, Finding, Location
from codemod.rules._base import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding for each function that asks for a fixture its plugin removed."""
    if not (suite.leaves_event_loop or (suite.assumed and has(suite.target, "repaired"))):
        return
    for fixture in suite.outside.of_kind(REMOVED):
        others = (one for one in suite.outside.of_kind(BRINGS) if one.distribution != fixture.distribution)
        if any(one.name == fixture.name for one in others):
            continue
        for path, function, _ in requests(suite.graph, fixture.name):
            says = (
                f"`{fixture.name}` of {fixture.distribution} is gone in {fixture.first}, "
                f"which pytest-asyncio {suite.target} needs"
            )
            how = "use `asyncio.get_running_loop()`" if function.is_async else "make the function async"
            place = Location(path, function.span.line, function.span.column + 1)
            yield finding(RULE.code, place, says, fixture.name, function.qualname, advice=f"drop the parameter: {how}")


RULE = Rule(
    code="LM410",
    name="removed-plugin-fixture",
    summary="a fixture is gone in the release of its plugin that is needed",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
    breaks=True,
)
