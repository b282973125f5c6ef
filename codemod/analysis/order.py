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
    from collections.abc import Iterable, Iterator, Mapping

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
    """The loops made so far, with the file of the test each was made for, and those that may not be current any more.

    What may have been made, or not, is among the ``lost`` only.
    """

    graph: Graph
    layout: Layout
    model: LoopModel
    made: dict[LoopKey, tuple[LoopRef, str]] = field(default_factory=dict)
    lost: set[LoopKey] = field(default_factory=set)

    def settles(self, one: Linked) -> bool:
        """Run a test; tell whether it certainly runs on its own loop."""
        at, path = self.model.place(self.graph, one, self.layout), one.item.path
        needs = list(self._needs(one, at))
        refs = [*(ref for _, ref in needs), *filter(None, (at.test_loop, at.asked))]
        new = {key: ref for ref in refs if (key := ref.key(one.item, 0)) not in self.made}
        refused = at.refusals or at.unknown or at.unknown_test or any(ref.scope < lives for lives, ref in needs)
        settled = not refused and not at.mixed and self._is_current(one, at.test_loop, needs)
        self.lost |= self._lost(new, at.test_loop, path) if settled else self.made.keys() | new.keys()
        if not refused:
            self.made |= {key: (ref, path) for key, ref in new.items() if ref.scope is not Scope.FUNCTION}
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

    def _is_current(self, one: Linked, own: LoopRef | None, needs: list[tuple[Scope, LoopRef]]) -> bool:
        if own is None:
            return True
        new = [lives for lives, ref in needs if ref != own and ref.key(one.item, 0) not in self.made]
        key = own.key(one.item, 0)
        if key in self.made or key in self.lost:
            return key not in self.lost and not new
        # Its own loop is made last, unless a fixture needs it earlier; fixtures that live longer are set up first.
        users = [lives for lives, ref in needs if ref == own]
        return not users or not new or min(new) > max(users)

    def _lost(self, new: Mapping[LoopKey, LoopRef], own: LoopRef | None, path: str) -> set[LoopKey]:
        """Return the loops that are not known to be the current one after a test for which ``new`` ones were made."""
        lasting = [key for key, ref in new.items() if not self._passes(ref)]
        last = [key for key in lasting if new[key] == own] or lasting
        found = set(lasting) - set(last if len(last) == 1 else ())
        for key, ref in new.items():
            found |= {known for known, (other, _) in self.made.items() if not self._passes(ref) or other.owner}
            # A narrower one that is alive takes its place back when it is torn down.
            narrower = [(other, path) for other in new.values()] + [*self.made.values()]
            if any(other.scope < ref.scope and not self._is_over(other, where, path) for other, where in narrower):
                found.add(key)
        return found

    def _passes(self, ref: LoopRef) -> bool:
        """Tell whether a loop is gone after its test without a trace, but for overrides of ``event_loop``."""
        return ref.scope is Scope.FUNCTION and ref.owner is None and self.model.restores_loop

    def _is_over(self, ref: LoopRef, where: str, path: str) -> bool:
        return self._passes(ref) or (ref.scope < Scope.PACKAGE and where != path)
