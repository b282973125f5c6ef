"""Compare two runs of one suite, test by test and as a whole.

Failures that were there before never count against the change, and neither does what only the second run came to: a
test that is worse must have been seen to be better. What the first run showed and the second did not counts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.evidence import Change, Comparison, End, SuiteRun, TestChange, TestRun
from codemod.verify.normalise import normalise
from codemod.verify.pairing import Seen, State, missing, pairs, plain_id, seen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

SLOWER_TIMES = 2.0
SLOWER_SECONDS = 1.0
"""A test is slower when it takes this many times as long and this many seconds more."""

_CHANGES = {
    (State.GOOD, State.BAD): Change.BROKEN,
    (State.GOOD, State.SKIPPED): Change.NOT_RUN,
    (State.GOOD, State.BEGUN): Change.NOT_RUN,
    (State.GOOD, State.UNREACHED): Change.NOT_RUN,
    (State.GOOD, State.ABSENT): Change.VANISHED,
    (State.SKIPPED, State.GOOD): Change.FIXED,
    (State.SKIPPED, State.BAD): Change.BROKEN,
    # A test that failed and does not run now is neither fixed nor worse: what was wrong with it is still unanswered.
    (State.BAD, State.GOOD): Change.FIXED,
    (State.BAD, State.SKIPPED): Change.STILL_FAILING,
    (State.BAD, State.BEGUN): Change.FAILS_OTHERWISE,
    (State.BAD, State.UNREACHED): Change.STILL_FAILING,
    (State.BAD, State.ABSENT): Change.STILL_FAILING,
    # A test that hung or brought the run down counts as one that failed, but only in the run before.
    (State.BEGUN, State.GOOD): Change.FIXED,
    (State.BEGUN, State.SKIPPED): Change.STILL_FAILING,
    (State.BEGUN, State.BAD): Change.FAILS_OTHERWISE,
    (State.BEGUN, State.BEGUN): Change.STILL_FAILING,
    (State.BEGUN, State.UNREACHED): Change.STILL_FAILING,
    (State.BEGUN, State.ABSENT): Change.STILL_FAILING,
    (State.UNREACHED, State.GOOD): Change.NEW,
    (State.UNREACHED, State.BAD): Change.NEW,
    (State.ABSENT, State.GOOD): Change.NEW,
    (State.ABSENT, State.SKIPPED): Change.NEW,
    (State.ABSENT, State.BAD): Change.NEW,
}
"""What became of a test, by its states before and after; nothing where it is missing here."""

_ORDER = (
    Change.BROKEN,
    Change.NOT_RUN,
    Change.VANISHED,
    Change.FLAKY,
    Change.FAILS_OTHERWISE,
    Change.STILL_FAILING,
    Change.FIXED,
    Change.RENAMED,
    Change.NEW,
)


def compare(before: SuiteRun, after: SuiteRun) -> Comparison:
    """Return what changed between two runs; neither the order of the tests nor the processes they ran in count."""
    changes, slower, unchanged = [], [], 0
    no_old, no_new = Seen("", None, missing(before)), Seen("", None, missing(after))
    for one, other in pairs(seen(before), seen(after)):
        old, new = one or no_old, other or no_new
        if kind := _change(old, new):
            changes.append(TestChange(new.id or old.id, kind, old.run, new.run))
        else:
            unchanged += bool(old.run or new.run)
        if old.run and new.run and _is_slower(old, new):
            slower.append((new.id, old.run.seconds, new.run.seconds))
    gone, added = _leaks(before, after)
    return Comparison(
        changes=_sorted(changes),
        unchanged=unchanged,
        slower=tuple(sorted(slower, key=lambda row: (-row[2], row[0]))),
        leaks_gone=gone,
        leaks_new=added,
        worse_end=_worse_end(before, after),
    )


def with_flaky(comparison: Comparison, ids: Collection[str]) -> Comparison:
    """Return ``comparison`` with the changes of the tests ``ids`` called flaky, so that they count no longer."""
    changes = (replace(one, change=Change.FLAKY) if one.id in ids else one for one in comparison.changes)
    return replace(comparison, changes=_sorted(changes))


def _sorted(changes: Iterable[TestChange]) -> tuple[TestChange, ...]:
    """Return the worst first, and among equals those that failed first, then by name."""

    def key(one: TestChange) -> tuple[int, bool, str]:
        return _ORDER.index(one.change), not (one.after and one.after.outcome.is_bad), one.id

    return tuple(sorted(changes, key=key))


# --- what became of them ---------------------------------------------------------------------------------------------


def _change(old: Seen, new: Seen) -> Change | None:
    if old.state is new.state is State.BAD and old.run and new.run:
        return Change.STILL_FAILING if reason(old.run) == reason(new.run) else Change.FAILS_OTHERWISE
    if kind := _CHANGES.get((old.state, new.state)):
        return kind
    renamed = old.run and new.run and plain_id(old.id) != plain_id(new.id)
    return Change.RENAMED if renamed else None


def reason(test: TestRun) -> str:
    """Return the first error without its phase: versions differ in the phase in which one cause shows."""
    return next((normalise(phase.error) for phase in test.phases if phase.error), "")


def _is_slower(old: Seen, new: Seen) -> bool:
    if not (old.state is new.state is State.GOOD and old.run and new.run):
        return False
    first, second = old.run.seconds, new.run.seconds
    return second >= SLOWER_TIMES * first and second - first >= SLOWER_SECONDS


def _leaks(before: SuiteRun, after: SuiteRun) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the leaks that are gone and those that are new, each text as often as the runs differ in it.

    They are counted over the whole run: which test a leak is seen in depends on when garbage is collected. A run that
    ended early tells nothing of the leaks it did not come to.
    """
    old, new = _counted(before.all_leaks), _counted(after.all_leaks)
    gone = _more(old, new) if after.end is End.FINISHED else ()
    added = _more(new, old) if before.end is End.FINISHED else ()
    return gone, added


def _counted(leaks: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return by normalised text one text as it stood, and how often it occurred."""
    found: dict[str, tuple[str, int]] = {}
    for leak, times in Counter(leaks).items():
        text, known = found.get(normalise(leak), (leak, 0))
        found[normalise(leak)] = (text, known + times)
    return found


def _more(these: dict[str, tuple[str, int]], those: dict[str, tuple[str, int]]) -> tuple[str, ...]:
    surplus = {key: times - those.get(key, ("", 0))[1] for key, (_, times) in these.items()}
    return tuple(text for key in sorted(these) for text in [these[key][0]] * surplus[key])


# --- the runs as a whole ---------------------------------------------------------------------------------------------

_BAD_END = {End.FINISHED: 0, End.NO_TESTS: 1, End.TIMED_OUT: 2, End.CRASHED: 2, End.NOT_STARTED: 3}
_NAMED = 3
_CLUE = re.compile(r"^(?:E |ERROR|Error)|\w(?:Error|Exception)\b")


def _worse_end(before: SuiteRun, after: SuiteRun) -> str:
    parts = [_end(after)] if _BAD_END[after.end] > _BAD_END[before.end] else []
    if before.end is not End.NOT_STARTED or before.collect_errors:
        known = {id_ for id_, _ in before.collect_errors}
        errors = [(id_, text) for id_, text in after.collect_errors if id_ not in known]
        if errors:
            parts.append(f"cannot be collected any more: {_named([_collect_error(*each) for each in errors])}")
    return "; ".join(parts)


def _end(run: SuiteRun) -> str:
    within = f", in {_named(run.unfinished)}" if run.unfinished else ""
    status = "" if run.status is None else f" with status {run.status}"
    if run.end is End.TIMED_OUT:
        return f"the run was stopped at its limit, after {run.seconds:.0f} s{within}"
    if run.end is End.CRASHED:
        return f"the run crashed{status}{within}"
    if run.end is End.NO_TESTS:
        return "no test was found any more"
    clue = _clue(run.output)
    return f"pytest came to no test and ended{status}{f': {clue}' if clue else ''}"


def _collect_error(id_: str, text: str) -> str:
    clue = _clue(text)
    return f"{id_} ({clue})" if clue else id_


def _clue(output: str) -> str:
    """Return the last line that looks like an error, or just the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    clues = [line for line in lines if _CLUE.search(line)]
    return next(reversed(clues or lines), "").removeprefix("E ").strip()[:200]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
