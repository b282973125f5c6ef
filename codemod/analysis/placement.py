"""Where one item runs: which loop the test and each of its fixtures gets, and why pytest may refuse the item.

A loop is one of pytest-asyncio's own (by scope), or, before 1.0, the value of a fixture that replaces ``event_loop``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.analysis.resolve import FixtureKey, Item

LoopKey = tuple[str, ...]
"""Identifies one loop object during a run: the word of its scope, then what tells it from others of that scope."""


@dataclass(frozen=True, slots=True)
class LoopRef:
    """Names a loop of one item: how long it lives, and the ``event_loop`` replacement it comes from (None: the plugin).

    ``package`` is the folder it serves where the plugin has a loop for each package.
    """

    scope: Scope
    owner: FixtureKey | None = None
    package: str = ""

    def key(self, item: Item, copy: int) -> LoopKey:
        """Return the loop object an item gets."""
        if self.owner is None:
            return (*loop_key(self.scope, item, copy), *filter(None, (self.package,)))
        return (self.scope.word, self.owner.path, self.owner.qualname, *cache_key(self.scope, item, copy))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why pytest-asyncio before 1.0 does not run an item: ``kind`` is one of the constants below.

    ``fixture`` is the fixture that cannot get its loop, None where it is the test.
    """

    kind: str
    scope: Scope
    fixture: FixtureKey | None = None


MULTIPLE_LOOPS = "MultipleEventLoopsRequestedError"
NOT_PART_OF = "is not part of any"
NO_SUCH_LOOP = "<event_loop>' not found"


@dataclass(frozen=True, slots=True)
class Placement:
    """The loop of the test (None: not on a loop) and of each fixture that runs on one.

    ``asked`` is another loop that the test asks for: the tests that ran before it decide on which of them it runs.
    """

    test_loop: LoopRef | None
    loops: Mapping[FixtureKey, LoopRef]
    unknown: tuple[FixtureKey, ...] = ()
    unknown_test: bool = False
    asked: LoopRef | None = None
    refusals: tuple[Refusal, ...] = field(default=())

    @property
    def mixed(self) -> bool:
        """Tell whether the tests that ran before decide where the test runs."""
        return self.asked is not None

    @property
    def test(self) -> Scope | None:
        """Return the scope of the test's loop."""
        return self.test_loop.scope if self.test_loop is not None else None

    @property
    def fixtures(self) -> dict[FixtureKey, Scope]:
        """Return the scope of each fixture's loop."""
        return {key: loop.scope for key, loop in self.loops.items()}


def loop_key(scope: Scope, item: Item, copy: int) -> LoopKey:
    """Return which loop of ``scope`` an item runs on; ``package`` is one loop for the whole run (SEMANTICS §2.6)."""
    if scope in (Scope.SESSION, Scope.PACKAGE):
        return (scope.word,)
    return (scope.word, *_holder(scope, item, copy))


def cache_key(scope: Scope, item: Item, copy: int) -> tuple[str, ...]:
    """Return which instance of a fixture of cache scope ``scope`` an item gets."""
    # pytest keys a package-scoped fixture by where it is defined: one value for all that see the definition.
    return () if scope in (Scope.SESSION, Scope.PACKAGE) else _holder(scope, item, copy)


def _holder(scope: Scope, item: Item, copy: int) -> tuple[str, ...]:
    if scope is Scope.MODULE:
        return (item.path,)
    if scope is Scope.CLASS and item.classes:
        return (item.path, item.classes[-1])
    return (item.id, str(copy))
