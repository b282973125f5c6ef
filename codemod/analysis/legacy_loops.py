"""pytest-asyncio before 0.23: every async fixture and test runs on the value of ``event_loop`` (SEMANTICS §2.1).

The name means what pytest makes of it for the item that runs: its nearest override, else the plugin's own, which
makes a new loop for each test. A shared fixture that lives for one test therefore follows that test's loop.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from codemod.analysis.legacy_facts import EVENT_LOOP
from codemod.analysis.loops import LoopModel
from codemod.analysis.placement import LoopRef, Placement
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout
    from codemod.analysis.resolve import FixtureDef, Graph, Item


class EventLoopModel(LoopModel):
    """pytest-asyncio < 0.23; what the mark ``asyncio_event_loop`` of 0.22 gives a class or a module is not followed."""

    sync_fixture_runner = False

    def __init__(self, event_loop_mark: bool) -> None:
        self.event_loop_mark = event_loop_mark

    def place(self, graph: Graph, linked: Linked, layout: Layout) -> Placement:
        """Return the one loop of an item for all that runs on a loop; marks and options do not matter."""
        item = linked.item
        marked = self.event_loop_mark and any(mark.name == "asyncio_event_loop" for mark in item.marks)
        loop = event_loop(graph, item, layout) if not marked else None
        handled = [key for key, fixture in linked.fixtures.items() if self.runs_on_loop(graph, fixture)]
        test = item.kind == "asyncio"
        if loop is None:
            return Placement(None, {}, tuple(handled), unknown_test=test)
        return Placement(loop if test else None, dict.fromkeys(handled, loop))


def event_loop(graph: Graph, item: Item, layout: Layout, one_for_packages: bool = False) -> LoopRef | None:
    """Return the loop that ``event_loop`` means for an item, None where its scope is computed or cannot be known.

    A package-scoped override makes one loop for all that see it from pytest 8 on (``one_for_packages``). Before, one in
    the conftest of a package made several, and which folder made pytest begin decides for which packages.
    """
    override = _override(graph, item)
    if override is None:
        return LoopRef(Scope.FUNCTION)
    scope = layout.cache_scope(override)
    nested = scope is Scope.PACKAGE and bool(posixpath.dirname(override.key.path))
    return None if scope is None or (nested and not one_for_packages) else LoopRef(scope, override.key)


def _override(graph: Graph, item: Item) -> FixtureDef | None:
    # An async override runs on the loop of the definition it hides, so it makes none itself.
    return next((f for f in graph.visible(EVENT_LOOP, item) if not f.function.is_async), None)
