"""What the text and the Markdown of verification say alike: verdict, counts, reasons. Nothing here is escaped yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.evidence import Change, End, Outcome, Verdict
from codemod.report.brief import brief
from codemod.report.escape import clip
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemod.evidence import Comparison, Evidence, RolledBack, SuiteRun, TestChange, TestRun

UNBLAMED = "Worse whichever change is left out, so look at the versions first"
"""Before what got worse without any remedy being guilty of it."""
_LONGEST = 200
"""Characters shown of one error or leak."""

_ENDS = {
    End.TIMED_OUT: "stopped at its limit",
    End.CRASHED: "crashed",
    End.NO_TESTS: "found no test",
    End.NOT_STARTED: "came to no test",
}
NO_RUN = "not run"
UNDER_WAY = "under way when the run ended"
NO_RESULT = "failing before, no result now"
FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Row:
    """One test to tell about: what became of it, its outcomes, and why in one line ("" where there is no more)."""

    id: str
    label: str
    before: str
    after: str
    note: str


def runs(evidence: Evidence) -> list[tuple[str, SuiteRun]]:
    """Return the runs that were made with their names."""
    if _is_unrun(evidence):
        return []
    if evidence.after is None:
        return [("suite", evidence.before)]
    return [("before", evidence.before), ("after", evidence.after)]


def verdict(evidence: Evidence) -> str:
    """Return the verdict in one sentence; what is not proven is not called a success."""
    found = evidence.comparison
    if evidence.verdict is Verdict.UNPROVEN:
        return "Unproven: no test ran that could tell whether the change is right."
    if _is_unrun(evidence):
        return "Unchanged: nothing to change; the suite was not run."
    if evidence.verdict is Verdict.UNCHANGED:
        run = evidence.before
        how = "" if run.end is End.FINISHED else f"; it {_ENDS[run.end]}"
        return f"Unchanged: nothing to change; the suite ran once, {run.passed} passed, {run.failed} failed{how}."
    if evidence.verdict is Verdict.WORSE:
        return f"Worse: {_worse(found)}."
    if evidence.verdict is Verdict.BETTER:
        return f"Better: {_better(evidence)}."
    return f"The same: no test got better or worse{_and(found, Change.STILL_FAILING, Change.FLAKY)}."


def counts(suite_runs: Sequence[SuiteRun]) -> list[tuple[str, str, list[int]]]:
    """Return singular, plural and the number in each run of whatever can be counted and was there."""
    rows = [
        ("passed", "passed", [run.passed for run in suite_runs]),
        ("failed", "failed", [run.failed for run in suite_runs]),
        ("skipped", "skipped", [len(run.tests) - run.passed - run.failed for run in suite_runs]),
        ("not reached", "not reached", [_unreached(run) for run in suite_runs]),
        ("collection error", "collection errors", [len(run.collect_errors) for run in suite_runs]),
        ("leak", "leaks", [len(run.all_leaks) for run in suite_runs]),
    ]
    return [row for row in rows if row[0] in ("passed", "failed") or any(row[2])]


def ends(evidence: Evidence) -> list[tuple[str, str]]:
    """Return for each run that came to no proper end its name and what happened, in one line."""
    worse = evidence.comparison.worse_end if evidence.comparison else ""
    told = [(name, _end(run)) for name, run in runs(evidence) if run.end is not End.FINISHED]
    return [*(row for row in told if not (worse and row[0] == "after")), *([("after", worse)] if worse else [])]


def loops(run: SuiteRun) -> str:
    """Return how the tests of a run share loops, "" where none ran on a loop that was seen."""
    used = Counter((test.process, test.loop) for test in run.tests if test.loop is not None)
    shared = [times for times in used.values() if times > 1]
    alone = len(used) - len(shared)
    parts = [f"{plural(sum(shared), 'test')} on {plural(len(shared), 'shared loop')}"] if shared else []
    if alone:
        parts.append(f"{plural(alone, 'test')} on a loop of {'its' if alone == 1 else 'their'} own")
    return ", ".join(parts)


def rows(evidence: Evidence) -> list[Row]:
    """Return the tests to tell about, the worst first; where nothing was compared, those that fail."""
    if evidence.comparison is None:
        failed = [test for test in evidence.before.tests if test.outcome.is_bad]
        return [Row(test.id, FAILING, "", test.outcome.value, clip(brief(test.error), _LONGEST)) for test in failed]
    before, after = (frozenset(run.unfinished) if run else frozenset() for run in (evidence.before, evidence.after))
    return [_row(one, before, after) for one in evidence.comparison.changes]


def label(change: TestChange) -> str:
    """Return what became of a test; one that failed and does not run now is not called failing."""
    if change.change is Change.STILL_FAILING and not (change.after and change.after.outcome.is_bad):
        return NO_RESULT
    return change.change.value


def collapsed(texts: Iterable[str]) -> list[str]:
    """Return each text once, the most frequent first, with how often it occurs."""
    found = Counter(texts).most_common()
    return [clip(text, _LONGEST) + (f" ({times} times)" if times > 1 else "") for text, times in found]


def withdrawn(one: RolledBack) -> str:
    """Return why a remedy was rolled back: ``broke test_a and 3 more``, or what else got worse."""
    if not all("::" in each for each in one.broke):
        return "; ".join(one.broke)
    more = f" and {len(one.broke) - 3} more" if len(one.broke) > 3 else ""
    return f"broke {', '.join(one.broke[:3])}{more}" if one.broke else ""


def predictions(evidence: Evidence) -> str:
    """Return in one sentence how the loops seen agree with the predicted ones, "" where none were compared."""
    wrong = len(evidence.disagreements)
    if wrong:
        what = f"{wrong} of {plural(max(evidence.compared_loops, wrong), 'loop')}"
        return f"loopmend predicted {what} wrongly. That is a defect of loopmend, not of the suite."
    seen = evidence.compared_loops
    return "" if not seen else f"{plural(seen, 'loop')} seen, {'all ' if seen > 1 else ''}as predicted."


def notes(evidence: Evidence) -> list[str]:
    """Return the notes, with one on records that could not be read."""
    lost = [
        f"{plural(run.garbled, 'line')} of the record of the run ({name}) could not be read; counts may be too low"
        for name, run in runs(evidence)
        if run.garbled
    ]
    return [*evidence.notes, *lost]


def duration(seconds: float) -> str:
    """Return a time as a person says it: ``0.4 s``, ``38 s``, ``12 min 5 s``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")


def _is_unrun(evidence: Evidence) -> bool:
    return evidence.verdict is Verdict.UNCHANGED and not evidence.runs


def _better(evidence: Evidence) -> str:
    found = evidence.comparison
    ended = [run.end is End.FINISHED for _, run in runs(evidence)] == [False, True]
    parts = [
        *(_counted(found, Change.FIXED)),
        *(["the suite comes to its end now"] if ended else []),
        *([f"{plural(len(found.leaks_gone), 'leak')} gone"] if found and found.leaks_gone else []),
        "nothing got worse",
    ]
    return ", ".join(parts) + _and(found, Change.FLAKY)


def _worse(found: Comparison | None) -> str:
    parts = _counted(found, Change.BROKEN, Change.NOT_RUN, Change.VANISHED)
    parts += ["the run came to a worse end"] if found and found.worse_end else []
    return (", ".join(parts) or "the suite got worse") + _and(found, Change.FIXED, Change.FLAKY)


def _counted(found: Comparison | None, *kinds: Change) -> list[str]:
    labels = Counter(label(one) for one in found.changes) if found else Counter()
    return [f"{plural(labels[kind.value], 'test')} {kind.value}" for kind in kinds if labels[kind.value]]


def _and(found: Comparison | None, *kinds: Change) -> str:
    return "".join(f" ({part})" for part in _counted(found, *kinds))


def _unreached(run: SuiteRun) -> int:
    begun = set(run.unfinished)
    return len({*run.collected, *begun} - {test.id for test in run.tests if test.id not in begun})


def _end(run: SuiteRun) -> str:
    within = f", in {', '.join(run.unfinished[:3])}" if run.unfinished else ""
    more = f" and {len(run.unfinished) - 3} more" if len(run.unfinished) > 3 else ""
    return f"the run {_ENDS[run.end]}, after {duration(run.seconds)}{within}{more}"


def _row(one: TestChange, before: frozenset[str], after: frozenset[str]) -> Row:
    old = _outcome(one.before, one.before.id if one.before else one.id, before)
    new = _outcome(one.after, one.after.id if one.after else one.id, after)
    return Row(one.id, label(one), old, new, clip(brief(_note(one, old, new)), _LONGEST))


def _outcome(test: TestRun | None, id_: str, begun: frozenset[str]) -> str:
    if id_ in begun and not (test and test.outcome.is_bad):
        return UNDER_WAY
    return test.outcome.value if test else NO_RUN


def _note(one: TestChange, old: str, new: str) -> str:
    if one.after and one.after.outcome.is_bad:
        return one.after.error
    if one.change is Change.RENAMED and one.before:
        return f"was {one.before.id}"
    if one.change is Change.NOT_RUN:
        return (one.after.error if one.after else "") or ("not reached" if new == NO_RUN else new)
    if one.before and one.before.error:
        return f"before: {one.before.error}"
    return "" if old in (NO_RUN, Outcome.PASSED) else f"was {old}"
