"""A pytest mark is put on a fixture.

*What it does.* Finds marks (`asyncio`, `usefixtures` and any other) above or below the decorator of a fixture.

*Why is this bad.* They never had an effect, and pytest 9 refuses them: `Marks cannot be applied to fixtures` stops the
collection of the whole file.

*Fix safety.* Safe: the marks are removed where pytest 9 is allowed or the suite goes to a newer version, and with them
an import that nothing else uses. Whether the fixture itself is run is another question (LM211).

*Left alone.* Suites that stay on an older pytest; decorators that are not certain to be a mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import fixture_finding, without_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per fixture with marks, used or not: the collection fails either way."""
    if suite.fixtures_take_marks and not suite.upgrades:
        return
    marked = [f for f in suite.graph.fixtures.values() if f.function.marks]
    for fixture in sorted(marked, key=lambda f: (f.key.path, f.function.span)):
        marks = fixture.function.marks
        names = ", ".join(f"`{mark.name}`" for mark in reversed(marks))
        says = f"has the mark {names}, which does nothing there and which pytest 9 refuses"
        edits = tuple(edit for mark in marks for edit in without_mark(mark))
        yield Case(fixture_finding("LM303", fixture, says), edits, Applicability.SAFE)


RULE = local_rule(
    "LM303",
    "mark-on-fixture",
    "a pytest mark is put on a fixture",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="remove marks from fixtures",
    valid_from="0.10.0",
)
