"""The loops of the suite are those of an old pytest-asyncio.

*What it does.* Says, for a suite that goes from a version with the `event_loop` fixture (before 1.0) to one without,
that its loops have to be written down in the new way, and does it: the two default loop scopes, `loop_scope=` on
fixtures and marks, and the overrides of `event_loop` (LM401) together.

*Why is this bad.* From 1.0 on an override of `event_loop` is ignored without a word. Session-scoped fixtures then run
on another loop than the tests: `got Future attached to a different loop`, `Event loop is closed`.

*Fix safety.* Safe: for every test and each of its fixtures, who shares a loop with whom is the same before (on the old
version) and after (on the new one); this is computed for the whole suite, and checked again on the result. All of it
is applied together or not at all.

*Left alone.* Suites whose loops cannot be written down: a fixture that runs on the loop of whichever test asks for it
while those differ, an override of package scope inside a package. The finding says which, and nothing of the loops is
changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Location
from codemod.rules._base import Rule, finding
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.analysis.translation import Translation
    from codemod.model import Finding


def check(suite: Suite) -> Iterator[Finding]:
    """Yield one finding where the loops of a suite have to be translated, or cannot be."""
    translation = suite.translation
    if translation is None or translation.layout == suite.layout:
        return
    if translation.layout is None:
        message = f"the loops of this suite cannot be kept on pytest-asyncio {suite.target}: {translation.reason}"
        yield finding(RULE.code, _place(suite, translation), message, "untranslatable")
    else:
        message = (
            f"the loops are those of pytest-asyncio {suite.version}; for {suite.target} they have to be written down"
        )
        yield finding(RULE.code, Location(suite.place.path, 1), message, "loops")


def _place(suite: Suite, translation: Translation) -> Location:
    if translation.fixture is not None:
        span = suite.graph.fixtures[translation.fixture].function.span
        return place(translation.fixture.path, span)
    if translation.item is not None:
        span = translation.item.function.span
        return place(translation.item.owner, span)
    return Location(suite.place.path, 1)


RULE = Rule(
    code="LM400",
    name="loops-of-old-version",
    summary="who shares a loop is decided by an old pytest-asyncio",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    check=check,
    breaks=True,
)
