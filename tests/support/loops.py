"""Compare the loop traces of two runs: which tests and fixtures shared a loop, not which loop that was."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from support.runner import Outcome


def same_loops(before: Outcome, after: Outcome) -> tuple[str, ...]:
    """Return the differences, as text: for each test that passes in both, how its names are spread over loops.

    A name is ``test``, a fixture, or ``teardown of`` a fixture; one that is in only one of the traces does not count,
    except ``test`` where the test no longer runs on a loop.
    """
    found = []
    for test in _passed(before, after):
        old, new = before.trace.get(test, {}), after.trace.get(test, {})
        if "test" in old and "test" not in new:
            found.append(f"{test}: no loop was started for the test")
        earlier, later = _partition(old, new), _partition(new, old)
        if earlier != later:
            found.append(f"{test}: before {_text(earlier)}, after {_text(later)}")
    return tuple(found)


def same_loops_of_run(before: Outcome, after: Outcome) -> tuple[str, ...]:
    """Return the differences, as text, in how all names of all tests that pass in both are spread over loops."""
    tests = _passed(before, after)
    old, new = _flat(before, tests), _flat(after, tests)
    earlier, later = _partition(old, new), _partition(new, old)
    return (
        *(f"one loop before, not after: {_text({group})}" for group in sorted(earlier - later, key=sorted)),
        *(f"one loop after, not before: {_text({group})}" for group in sorted(later - earlier, key=sorted)),
    )


def _passed(before: Outcome, after: Outcome) -> tuple[str, ...]:
    return tuple(test for test in before.passed if test in after.passed)


def _flat(outcome: Outcome, tests: tuple[str, ...]) -> dict[str, str]:
    rows = ((test, outcome.trace.get(test, {})) for test in tests)
    return {f"{test} > {name}": label for test, row in rows for name, label in row.items()}


def _partition(labels: Mapping[str, Hashable], other: Mapping[str, Hashable]) -> set[frozenset[str]]:
    """Return the names of ``labels`` that are in ``other`` too, grouped by their label."""
    groups = defaultdict(set)
    for name in labels.keys() & other.keys():
        groups[labels[name]].add(name)
    return {frozenset(names) for names in groups.values()}


def _text(partition: set[frozenset[str]]) -> str:
    return " | ".join(sorted(", ".join(sorted(group)) for group in partition))
