"""The asyncio mark is put on a test that is not async.

*What it does.* Finds the asyncio mark directly on a synchronous test function.

*Why is this bad.* pytest-asyncio warns `... is marked with '@pytest.mark.asyncio' but it is not an async function`,
and where warnings are errors the test fails. Until 0.22 such a mark gave the test a current loop; no later version
does.

*Fix safety.* Safe: the mark is removed when the suite goes to a newer version, which would only warn about it.

*Left alone.* Marks that come from a class or a module and are meant for others; a test that is collected in several
classes, takes `event_loop`, or has a decorator that may make it async; suites in which something else looks for the
mark (`get_closest_marker`, `-m asyncio`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemod.analysis.marks import MARK, is_looked_for, is_only_marked
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import item_finding, without_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import MarkFacts
    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per marked synchronous test."""
    found = [(item, marks) for item in suite.graph.items if (marks := _own(item))] if suite.upgrades else []
    if not found or is_looked_for(suite):
        return
    uses = Counter((item.owner, item.function.qualname) for item in suite.graph.items)
    for item, marks in found:
        if uses[item.owner, item.function.qualname] == 1:
            edits = tuple(edit for mark in marks for edit in without_mark(mark))
            says = "is not async, so its asyncio mark does nothing but warn"
            yield Case(item_finding("LM304", item, says), edits, Applicability.SAFE)


def _own(item: Item) -> list[MarkFacts]:
    function = item.function
    if item.kind != "sync" or "event_loop" in function.params or not is_only_marked(function):
        return []
    return [mark for mark in function.marks if mark.name == MARK]


RULE = local_rule(
    "LM304",
    "mark-on-sync-test",
    "the asyncio mark is put on a test that is not async",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="remove the asyncio mark from tests that are not async",
    valid_from="0.10.0",
)
