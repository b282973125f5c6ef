"""Find which of several remedies makes a suite worse, with few runs.

A state is the set of remedies that are applied, in the order of the plan. The suite is fine (or as bad as it was) with
none, and worse with all: the first prefix of the plan that is worse ends in a guilty remedy. It goes, and the search
begins again with the rest, until nothing is worse. This is ``git bisect`` over remedies instead of commits; as there, a
state that cannot be tried is stepped over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

Broken = frozenset[str]
"""What is worse in a state than before the change: ids of tests, or one word for the run as a whole."""


class TooManyRunsError(Exception):
    """The limit of runs is reached; what was found up to there cannot be trusted to be all."""


@dataclass(frozen=True, slots=True)
class Blame(Generic[T]):
    """``guilty`` remedies with what each broke, and ``unblamed``: what is just as bad without any remedy.

    A remedy that broke nothing itself has to go because it cannot be applied without one that did.
    """

    guilty: tuple[tuple[T, Broken], ...] = ()
    unblamed: Broken = frozenset()


def find_guilty(remedies: Sequence[T], broken: Broken, try_state: Callable[[tuple[T, ...]], Broken | None]) -> Blame[T]:
    """Return who is guilty of ``broken``, which all ``remedies`` together cause.

    ``try_state`` returns what is worse with only some remedies applied, None where they cannot be applied without the
    others; it may raise TooManyRunsError, which is passed on.
    """
    unblamed = broken & (try_state(()) or frozenset())
    left = broken - unblamed
    rest, guilty = list(remedies), list[tuple[T, Broken]]()
    seen: Broken = left
    while left and rest:
        one, caused = _first_guilty(rest, left, seen, try_state)
        rest.remove(one)
        guilty.append((one, caused))
        found = try_state(tuple(rest))
        # The rest that cannot be tried without a guilty one has to go as well.
        seen = frozenset() if found is None else left & found
        left = left if found is None else seen
    return Blame(tuple(guilty), unblamed)


def _first_guilty(
    rest: Sequence[T], left: Broken, seen: Broken, try_state: Callable[[tuple[T, ...]], Broken | None]
) -> tuple[T, Broken]:
    """Return the last remedy of the shortest prefix that is worse, and what is worse in it; in all it is ``seen``."""
    fine, worse, caused = 0, len(rest), seen
    while worse - fine > 1:
        for middle in _from_the_middle(fine, worse):
            found = try_state(tuple(rest[:middle]))
            if found is not None:
                break
        else:
            break  # nothing in between can be tried: the last one stands for all of them
        if found & left:
            worse, caused = middle, found & left
        else:
            fine = middle
    return rest[worse - 1], caused


def _from_the_middle(fine: int, worse: int) -> list[int]:
    middle = (fine + worse) // 2
    return sorted(range(fine + 1, worse), key=lambda size: (abs(size - middle), size))
