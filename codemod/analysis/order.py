"""Which tests of a run have a loop that the tests before them decide: until 1.2 a test runs on the current loop.

A loop becomes the current one when it is made. The one that a test asks for is made last of all, if it is made for that
test; if an earlier test had it made, it is still current only as long as no other has become so in between. A loop that
is torn down makes the one before it current again, but that of a test does so only from 0.25.1 on, and an override of
``event_loop`` never does (SEMANTICS §2.2 to 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.placement import LoopKey, LoopRef, Placement
    from codemod.analysis.resolve import Graph


def unsettled(graph: Graph, order: Iterable[Linked], layout: Layout, model: LoopModel) -> frozenset[str]:
    """Return the ids of the tests, of those that ran in ``order``, of which no model says on which loop they ran."""
    run = _Run(graph, layout, model)
    return frozenset(one.item.id for one in order if model.follows_current and not run.settles(one))


@dataclass(slots=True)
class _Run:
    """The loops that were made so far, and those that may have been made and are perhaps no longer the current one."""

    graph: Graph
    layout: Layout
    model: LoopModel
    made: dict[LoopKey, LoopRef] = field(default_factory=dict)
    lost: set[LoopKey] = field(default_factory=set)

    def settles(self, one: Linked) -> bool:
        """Run a test; tell whether it certainly runs on its own loop."""
        at = self.model.place(self.graph, one, self.layout)
        needs = list(self._needs(one, at))
        refs = [*(ref for _, ref in needs), *filter(None, (at.test_loop, at.asked))]
        keys = {ref.key(one.item, 0): ref for ref in refs}
        if at.refusals or at.unknown or at.unknown_test or any(ref.scope < lives for lives, ref in needs):
            self.lost |= self.made.keys() | keys.keys()  # some of them were made
            return False
        settled = not at.mixed and (at.test_loop is None or self._is_current(one, at.test_loop, needs))
        for key, ref in keys.items():
            if key not in self.made:
                self.lost |= {known for known, other in self.made.items() if not self._leaves(ref, other)}
                self.made[key] = ref
        if not settled:
            self.lost |= self.made.keys()
        return settled

    def _needs(self, one: Linked, at: Placement) -> Iterator[tuple[Scope, LoopRef]]:
        """Yield the loops that the fixtures of an item need, with the scope of what has each made.

        A fixture that is met late has its loop made at any time.
        """
        late = one.late
        for key, ref in at.loops.items():
            lives = self.layout.cache_scope(one.fixtures[key]) or Scope.FUNCTION
            yield Scope.FUNCTION if key in late else ref.scope if ref.owner is not None else lives, ref
        for ref in self.model.made_besides(self.graph, one, self.layout):
            yield ref.scope, ref

    def _is_current(self, one: Linked, own: LoopRef, needs: list[tuple[Scope, LoopRef]]) -> bool:
        new = [lives for lives, ref in needs if ref != own and ref.key(one.item, 0) not in self.made]
        key = own.key(one.item, 0)
        if key in self.made or key in self.lost:
            return key not in self.lost and not new
        # Its own loop is made last, unless a fixture needs it earlier; fixtures that live longer are set up first.
        users = [lives for lives, ref in needs if ref == own]
        return not users or not new or min(new) > max(users)

    def _leaves(self, ref: LoopRef, other: LoopRef) -> bool:
        """Tell whether ``other`` is current again after the test for which ``ref`` was made."""
        plain = ref.scope is Scope.FUNCTION and ref.owner is None and other.owner is None
        return plain and self.model.restores_loop
