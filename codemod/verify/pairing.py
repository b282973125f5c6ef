"""Find the tests of two runs that are the same one, and say how each run left them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from codemod.evidence import End, Outcome, SuiteRun, TestRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_POLICY_ID = re.compile(r"(?<=\[)_\w+EventLoopPolicy-|-_\w+EventLoopPolicy(?=\]$)|\[_\w+EventLoopPolicy\]$")
"""What pytest-asyncio 0.22 appends to the names of tests under its mark ``asyncio_event_loop``."""

_PARAMETERS = re.compile(r"(?s)^(.+?::[^\[]*)\[.*\]$")


class State(Enum):
    """How a run left a test."""

    GOOD = auto()
    SKIPPED = auto()
    BAD = auto()
    BEGUN = auto()
    """The run ended within it."""
    UNREACHED = auto()
    ABSENT = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """A test a run knew of; ``run`` is None where it has no result."""

    id: str
    run: TestRun | None
    state: State


_BADNESS = {outcome: rank for rank, outcome in enumerate(Outcome)}
_EARLY = (End.TIMED_OUT, End.CRASHED, End.NOT_STARTED)


def plain_id(test: str) -> str:
    """Return a node id without what pytest-asyncio 0.22 adds to it."""
    return _POLICY_ID.sub("", test)


def seen(run: SuiteRun) -> list[Seen]:
    """Return every test a run knew of, in the order of collection; of several runs of one id the worst."""
    tests: dict[str, TestRun] = {}
    for test in run.tests:
        known = tests.get(test.id)
        if known is None or _BADNESS[test.outcome] > _BADNESS[known.outcome]:
            tests[test.id] = test
    begun = set(run.unfinished)
    ids = dict.fromkeys((*run.collected, *tests, *run.unfinished))
    return [Seen(id_, tests.get(id_), _state(tests.get(id_), id_ in begun)) for id_ in ids]


def _state(test: TestRun | None, begun: bool) -> State:
    if test and test.outcome.is_bad:
        return State.BAD
    if begun:
        return State.BEGUN
    if test is None:
        return State.UNREACHED
    return State.GOOD if test.outcome.is_good else State.SKIPPED


def missing(run: SuiteRun) -> State:
    """Return the state of a test a run knew nothing of: it is gone only if the run came as far as to collect."""
    return State.UNREACHED if run.end in _EARLY and not run.collected else State.ABSENT


def pairs(before: list[Seen], after: list[Seen]) -> Iterator[tuple[Seen | None, Seen | None]]:
    """Yield each test of the two runs once, by ever looser names; a name counts where both have it equally often."""
    for name in (str, plain_id, _stem):
        left, right = _by_name(before, name), _by_name(after, name)
        same = {key for key in left if len(left[key]) == len(right.get(key, ()))}
        for key in left:
            if key in same:
                yield from zip(left[key], right[key], strict=True)
        before, after = ([one for one in rest if name(one.id) not in same] for rest in (before, after))
    yield from ((one, None) for one in before)
    yield from ((None, one) for one in after)


def _by_name(tests: Iterable[Seen], name: Callable[[str], str]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for one in tests:
        found.setdefault(name(one.id), []).append(one)
    return found


def _stem(test: str) -> str:
    """Return a node id without its parameters, some of which pytest 7 and 8 write differently."""
    return _PARAMETERS.sub(r"\1", test)
