"""pytest-asyncio refuses to run a test because of its loops.

*What it does.* Finds, in suites on 0.23 to 0.26, the tests that pytest-asyncio refuses: those that ask for a wide loop
while something in their closure runs on the function's, those whose class or package loop has no class or package, and
those whose fixture was collected with another module's loop.

*Why is this bad.* `MultipleEventLoopsRequestedError: Multiple asyncio event loops with different scopes have been
requested by ...`, `... is marked to be run in an event loop with scope class, but is not part of any class`, `fixture
'...::<event_loop>' not found`: the run stops at collection, or the test at set-up.

*Fix safety.* Never applied. From 1.0 on nothing is refused for these reasons: `--target latest` is the way out, or the
loop scopes of test and fixture have to be made equal.

*Left alone.* Versions that do not refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.placement import MULTIPLE_LOOPS, NO_SUCH_LOOP
from codemod.model import Applicability
from codemod.rules._base import Rule, finding
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.placement import Refusal
    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite
    from codemod.model import Finding


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding per refused test, with the error it gets."""
    seen = set()
    for item, refusal in suite.diagnose().refusals:
        if item.id not in seen:
            seen.add(item.id)
            span = item.function.span
            location = place(item.owner, span)
            message = f"pytest-asyncio {suite.version} refuses `{item.name}`: {_says(item, refusal)}"
            advice = "give test and fixtures loops of one scope, or go to a version from 1.0 on (--target latest)"
            yield finding(RULE.code, location, message, refusal.kind, item.function.qualname, advice=advice)


def _says(item: Item, refusal: Refusal) -> str:
    what = f"fixture `{refusal.fixture.qualname}`" if refusal.fixture is not None else f"`{item.name}`"
    if refusal.kind == MULTIPLE_LOOPS:
        return f"{MULTIPLE_LOOPS}, for it asks for the {refusal.scope.word} loop and needs the function loop too"
    if refusal.kind == NO_SUCH_LOOP:
        return f"the {refusal.scope.word} loop of {what} belongs to another module ({NO_SUCH_LOOP})"
    return f"{what} is to run on a {refusal.scope.word} loop, but is not part of any {refusal.scope.word}"


RULE = Rule(
    code="LM206",
    name="loops-refused",
    summary="pytest-asyncio refuses to run a test because of its loops",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    check=check,
)
