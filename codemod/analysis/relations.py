"""Which tests and fixtures share a loop: what `preserve` promises to keep (DESIGN, Strategies).

Loops themselves are not compared, for a run on another version has other ones; what is compared is who shares one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.placement import LoopKey, cache_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.resolve import FixtureKey, Graph, Item

Loops = Mapping["FixtureKey | None", LoopKey]
"""The loop of a test (None) and of each of its fixtures that runs on one."""


@dataclass(frozen=True, slots=True)
class Relations:
    """The loops of each item; items that pytest refuses are left out, those with an unknown loop are in ``unknown``."""

    loops: Mapping[str, Loops]
    unknown: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Run:
    """One simulated run; an instance of a wide fixture keeps the loop of the first item that needs it."""

    layout: Layout
    bound: dict[tuple[object, ...], LoopKey] = field(default_factory=dict)

    def loops(self, graph: Graph, linked: Linked, model: LoopModel) -> dict[FixtureKey | None, LoopKey] | None:
        """Return the loops of an item, None where pytest refuses it or one of them is unknown."""
        item = linked.item
        placement = model.place(graph, linked, self.layout)
        if placement.refusals or placement.unknown or placement.unknown_test:
            return None
        found: dict[FixtureKey | None, LoopKey] = {}
        for key, ref in placement.loops.items():
            scope = self.layout.cache_scope(linked.fixtures[key])
            if scope is None:
                return None
            instance = (key, *cache_key(scope, item, 0))
            if instance not in self.bound and ref.scope < scope:
                return None  # pytest compares scopes where a fixture is set up, not where an instance is used again
            found[key] = self.bound.setdefault(instance, ref.key(item, 0))
        if placement.test_loop is not None:
            found[None] = placement.test_loop.key(item, 0)
        return found


def relations(graph: Graph, linked: Iterable[Linked], layout: Layout, model: LoopModel) -> Relations:
    """Return who shares a loop with whom under ``layout``; the first of an item's parameter sets stands for all.

    Which item comes first depends on pytest's version and arguments: one that can use what any other sets up, does.
    """
    run = _Run(layout)
    loops, waiting = {}, list(linked)
    for _ in ("in order", "after all others"):
        found = {one.item.id: run.loops(graph, one, model) for one in waiting}
        loops.update({name: of_item for name, of_item in found.items() if of_item is not None})
        waiting = [one for one in waiting if found[one.item.id] is None]
    return Relations(loops, frozenset(one.item.id for one in waiting))


def difference(before: Relations, after: Relations, items: Iterable[Item]) -> tuple[Item, FixtureKey | None] | None:
    """Return the first item, and what of it, that no longer shares its loop with the same others; None: all do.

    An item that was refused before has nothing to keep; one that is refused only now differs.
    """
    for item in items:
        old, new = before.loops.get(item.id), after.loops.get(item.id)
        if old is None:
            continue
        if new is None:
            return item, None
        common = [key for key in old if key in new]
        for key in common:
            if {k for k in common if old[k] == old[key]} != {k for k in common if new[k] == new[key]}:
                return item, key
    return None
