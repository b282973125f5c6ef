"""A `unittest.TestCase` has async tests.

*What it does.* Finds async test methods in classes derived from `unittest.TestCase`.

*Why is this bad.* The method returns a coroutine that nobody awaits: the test passes and has tested nothing, in any
mode and with any mark.

*Fix safety.* Never applied: `unittest.IsolatedAsyncioTestCase` as the base runs them, and tests that start to run may
fail.

*Left alone.* `IsolatedAsyncioTestCase`; classes that run their tests in a way of their own (`run`, `__call__`), and
methods with a decorator that may run the coroutine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.marks import is_only_marked
from codemod.analysis.members import Members
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._places import item_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite

_RUNNERS = frozenset({"run", "__call__", "__getattribute__", "__init_subclass__", "_callTestMethod"})


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per async method that unittest takes for a test."""
    members = Members(suite.workspace)
    found = [i for i in suite.graph.items if i.kind == "testcase" and i.function.is_async and _is_plain(members, i)]
    for item in {(item.owner, item.function.qualname): item for item in reversed(found)}.values():
        says = "is async in a unittest.TestCase, so it is never awaited and passes untested"
        yield Case(item_finding("LM309", item, says, "derive the class from unittest.IsolatedAsyncioTestCase"))


def _is_plain(members: Members, item: Item) -> bool:
    facts = members.workspace.module(item.path)
    class_ = facts.class_(item.classes[-1]) if facts is not None else None
    if facts is None or class_ is None or not is_only_marked(item.function):
        return False
    return not _RUNNERS & members.of_class(members.lineage(facts, class_)).keys()


RULE = local_rule(
    "LM309",
    "async-test-in-testcase",
    "a `unittest.TestCase` has async tests",
    Applicability.DISPLAY,
    __doc__ or "",
    cases,
    cure="",
)
