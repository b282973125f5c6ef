"""Find which of several remedies makes a suite worse, with few runs.

A state is the set of remedies that are applied, in the order of the plan. The suite is fine (or as bad as it was) with
none, and worse with all: the first prefix of the plan that is worse ends in a guilty remedy. It goes, and the search
begins again with the rest, until nothing is worse. This is ``git bisect`` over remedies instead of commits; as there, a
state that cannot be tried is stepped over.

On other versions the suite may be worse with no remedy at all, and that for two reasons: the versions break a test, or
it needs the remedies. So what is broken has a reason (its error). A test that fails without any remedy for the reason
for which it fails with all of them is the versions' doing. One that fails for another reason tells nothing; then a
remedy is guilty only where the test is fine without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

Broken = Mapping[str, str]
"""What is worse in a state than before the change: ids of tests, or a word for the run as a whole, with the reasons."""


class TooManyRunsError(Exception):
    """The limit of runs is reached; what was found up to there cannot be trusted to be all."""


@dataclass(frozen=True, slots=True)
class Blame(Generic[T]):
    """``guilty`` remedies, each with what it broke, and ``unblamed``: what no remedy can be shown to have broken.

    One that broke nothing has to go because it cannot be applied without one that did.
    """

    guilty: tuple[tuple[T, frozenset[str]], ...] = ()
    unblamed: frozenset[str] = frozenset()


def find_guilty(remedies: Sequence[T], broken: Broken, try_state: Callable[[tuple[T, ...]], Broken | None]) -> Blame[T]:
    """Return who is guilty of ``broken``, which all ``remedies`` together cause.

    ``try_state`` returns what is worse with only some remedies applied, None where they cannot be applied without the
    others; it may raise TooManyRunsError, which is passed on.
    """
    unblamed = _alike(broken, try_state(()) or {}, broken.keys())
    left = frozenset(broken) - unblamed
    rest, guilty = list(remedies), list[tuple[T, frozenset[str]]]()
    seen = left  # with the whole rest
    while left and rest:
        one, caused = _first_guilty(rest, broken, left, seen, try_state)
        without = [each for each in rest if each is not one]
        after = try_state(tuple(without))
        # The rest that cannot be tried without a guilty one has to go as well.
        still = left if after is None else _alike(broken, after, left)
        unclear = frozenset() if after is None else (caused & after.keys()) - still
        if not caused or unclear != caused:
            guilty.append((one, caused - unclear))
            rest, left = without, still
            seen = frozenset() if after is None else still
        unblamed |= unclear
        left -= unclear
        seen -= unclear
    return Blame(tuple(guilty), unblamed)


def _first_guilty(
    rest: Sequence[T],
    broken: Broken,
    left: frozenset[str],
    seen: frozenset[str],
    try_state: Callable[[tuple[T, ...]], Broken | None],
) -> tuple[T, frozenset[str]]:
    """Return the last remedy of the shortest prefix that is worse, and what is worse in it; ``seen`` is so in all."""
    fine, worse, caused = 0, len(rest), seen
    while worse - fine > 1:
        for middle in _from_the_middle(fine, worse):
            found = try_state(tuple(rest[:middle]))
            if found is not None:
                break
        else:
            break  # nothing in between can be tried: the last one stands for all of them
        alike = _alike(broken, found, left)
        if alike:
            worse, caused = middle, alike
        else:
            fine = middle
    return rest[worse - 1], caused


def _alike(broken: Broken, found: Broken, names: Iterable[str]) -> frozenset[str]:
    """Return which of ``names`` are broken in both, for the same reason."""
    return frozenset(name for name in names if name in found and found[name] == broken[name])


def _from_the_middle(fine: int, worse: int) -> list[int]:
    middle = (fine + worse) // 2
    return sorted(range(fine + 1, worse), key=lambda size: (abs(size - middle), size))
