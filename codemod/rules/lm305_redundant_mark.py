"""The asyncio mark is redundant in auto mode.

*What it does.* Finds bare asyncio marks on async tests where `asyncio_mode = auto` puts the mark on every async test.
Takes part only where it is selected by its code (`--select LM305`).

*Why is this bad.* It is not: the mark is noise. But a bare mark hides the `loop_scope` of the marks around it, so
whether it may go has to be known mark by mark.

*Fix safety.* Safe: no mark of the class, its bases, the module or a parameter carries arguments, so that the test asks
for the same loop without its own mark.

*Left alone.* Marks with arguments, marks on classes and modules, tests that another plugin's mark is on as well, suites
whose hook adds a mark (it would beat the one that is left), those that leave a version before 1.0, and those in which
something else looks for the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.marks import MARK, is_looked_for
from codemod.analysis.models import mode_of
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import item_finding, without_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import MarkFacts
    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite

_OTHERS = frozenset({"anyio", "trio", "twisted", "gen_test"})


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per test function that no item needs the own mark of."""
    option = suite.config.options["asyncio_mode"].value
    hooks = any(facts.hook is not None for facts in suite.workspace.conftests())
    # On the way from `event_loop` such a mark may be where the loop has to be written down.
    if suite.leaves_event_loop or hooks or {suite.graph.mode, mode_of(suite.target, option)} != {"auto"}:
        return
    users: dict[tuple[str, str], list[Item]] = {}
    for item in suite.graph.items:
        users.setdefault((item.owner, item.function.qualname), []).append(item)
    redundant = [items[0] for items in users.values() if all(map(_is_redundant, items))]
    if not redundant or is_looked_for(suite):
        return
    for item in redundant:
        edits = tuple(edit for mark in _own(item) for edit in without_mark(mark))
        yield Case(item_finding("LM305", item, "has an asyncio mark, which auto mode adds"), edits, Applicability.SAFE)


def _own(item: Item) -> list[MarkFacts]:
    return [mark for mark in item.function.marks if mark.name == MARK]


def _is_redundant(item: Item) -> bool:
    marks = [mark for mark in item.marks if mark.name == MARK]
    plain = not any(mark.keywords or mark.args for mark in marks)
    return bool(_own(item)) and plain and item.kind == "asyncio" and not _OTHERS & {mark.name for mark in item.marks}


RULE = local_rule(
    "LM305",
    "redundant-mark",
    "the asyncio mark is redundant in auto mode",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="remove asyncio marks that auto mode adds",
    optional=True,
    valid_from="0.10.0",
)
