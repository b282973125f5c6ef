"""What runs of a suite showed, and how two of them compare: plain data between ``verify``, the reports and the CLI.

As in model.py nothing here reads a file or decides anything, and every class is frozen, slotted and hashable. Test ids
are pytest's node ids. Times are seconds. Loops are numbers: two equal numbers within one ``process`` of one run are one
loop, and no number means anything outside of that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a test ended over all its phases; the worst phase counts. ``ERROR`` is a failure outside the call."""

    PASSED = "passed"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    SKIPPED = "skipped"
    FAILED = "failed"
    ERROR = "error"

    @property
    def is_good(self) -> bool:
        """Tell whether the test ran and did what it is expected to do."""
        return self in (Outcome.PASSED, Outcome.XFAILED, Outcome.XPASSED)

    @property
    def is_bad(self) -> bool:
        """Tell whether the test failed."""
        return self in (Outcome.FAILED, Outcome.ERROR)


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a test: ``setup``, ``call`` or ``teardown``; ``error`` is one line, "" where there is none."""

    name: str
    outcome: Outcome
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class FixtureLoop:
    """The loops on which one fixture of the project was set up and torn down; None where no loop was started for it.

    ``path`` is relative to pytest's rootdir, ``qualname`` that of the function, ``name`` what tests ask for. ``scope``
    is the word of its cache scope, as pytest had it.
    """

    path: str
    qualname: str
    name: str
    setup: int | None
    teardown: int | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class TestRun:
    """One test in one run. ``loop`` is the one it was called on, ``created`` counts loops made during its phases.

    ``leaks`` are warnings about what was never closed or awaited, ``tasks`` the names of tasks that were begun in the
    call and were still running after it.
    """

    __test__ = False

    id: str
    outcome: Outcome
    phases: tuple[Phase, ...]
    process: str = ""
    loop: int | None = None
    fixtures: tuple[FixtureLoop, ...] = ()
    created: int = 0
    leaks: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Return how long all phases took."""
        return sum(phase.seconds for phase in self.phases)

    @property
    def error(self) -> str:
        """Return the first error in one line with its phase (``setup: RuntimeError: …``), "" where there is none."""
        return next((f"{phase.name}: {phase.error}" for phase in self.phases if phase.error), "")


class End(StrEnum):
    """How a run of the suite ended."""

    FINISHED = "finished"
    NO_TESTS = "no tests"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    NOT_STARTED = "not started"
    """pytest came to no test: wrong usage, an error in a conftest or a plugin, no pytest at all."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a suite. ``status`` is the exit status of the command, None where it was killed.

    ``tests`` are in the order they began; ``collected`` are all ids that were to run; ``unfinished`` those that had
    begun when the run ended. ``collect_errors`` are (id, text). ``versions`` are (name, version): ``python`` first,
    then pytest, pytest-asyncio and the other plugins. ``mode`` is the asyncio mode in force. ``loops`` counts those
    created, ``leaks`` are those outside of tests. ``output`` is the end of what the command printed; ``truncated``
    says that it printed more than was kept. ``garbled`` counts the lines of the probe's record that could not be read.
    """

    end: End
    status: int | None
    seconds: float
    tests: tuple[TestRun, ...] = ()
    collected: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    collect_errors: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    mode: str = ""
    loops: int = 0
    leaks: tuple[str, ...] = ()
    output: str = ""
    truncated: bool = False
    garbled: int = 0

    def version(self, name: str) -> str:
        """Return the version of ``name``, "" where it is not installed."""
        return dict(self.versions).get(name, "")

    def count(self, *outcomes: Outcome) -> int:
        """Return how many tests ended in one of ``outcomes``."""
        return sum(test.outcome in outcomes for test in self.tests)

    @property
    def passed(self) -> int:
        """Return how many tests did what is expected of them."""
        return sum(test.outcome.is_good for test in self.tests)

    @property
    def failed(self) -> int:
        """Return how many tests failed, in any phase."""
        return sum(test.outcome.is_bad for test in self.tests)

    @property
    def all_leaks(self) -> tuple[str, ...]:
        """Return the leaks of all tests and of the run itself."""
        return (*(leak for test in self.tests for leak in test.leaks), *self.leaks)


# --- comparison ------------------------------------------------------------------------------------------------------


class Change(StrEnum):
    """What became of one test."""

    FIXED = "fixed"
    BROKEN = "newly failing"
    NOT_RUN = "no longer run"
    """It passed, and is skipped now or was not reached."""
    FLAKY = "flaky"
    """It failed only in some runs of the same files."""
    STILL_FAILING = "still failing"
    FAILS_OTHERWISE = "fails for another reason"
    VANISHED = "vanished"
    RENAMED = "renamed"
    NEW = "new"

    @property
    def is_worse(self) -> bool:
        """Tell whether it counts against what was changed; failures that were there before do not."""
        return self in (Change.BROKEN, Change.NOT_RUN, Change.VANISHED)


@dataclass(frozen=True, slots=True)
class TestChange:
    """One test that is not simply as it was; ``before`` or ``after`` is None where it was not in that run."""

    __test__ = False

    id: str
    change: Change
    before: TestRun | None
    after: TestRun | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs, test by test. ``changes`` has the worst first; ``unchanged`` counts the tests it leaves out.

    ``slower`` are (id, seconds before, seconds after), the slowest first. ``leaks_gone`` and ``leaks_new`` are texts
    that are in one run only. ``worse_end`` says in one line that the second run as a whole came to a worse end.
    """

    changes: tuple[TestChange, ...] = ()
    unchanged: int = 0
    slower: tuple[tuple[str, float, float], ...] = ()
    leaks_gone: tuple[str, ...] = ()
    leaks_new: tuple[str, ...] = ()
    worse_end: str = ""

    def of(self, *kinds: Change) -> tuple[TestChange, ...]:
        """Return the changes of some kinds."""
        return tuple(change for change in self.changes if change.change in kinds)

    @property
    def is_worse(self) -> bool:
        """Tell whether anything got worse."""
        return bool(self.worse_end) or any(change.change.is_worse for change in self.changes)


# --- evidence --------------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What the runs say of the change."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNPROVEN = "unproven"
    """No test ran that could tell."""
    UNCHANGED = "unchanged"
    """There was nothing to change; the suite ran once."""

    @property
    def holds(self) -> bool:
        """Tell whether what was changed may be applied."""
        return self not in (Verdict.WORSE, Verdict.UNPROVEN)


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A remedy that was withdrawn because the suite got worse with it; ``broke`` are the tests, or says how."""

    code: str
    title: str
    broke: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A strategy that ``--strategy best`` ran: ``lines`` counts lines added and removed, ``reason`` why it lost or won.

    ``passed`` and ``seconds`` are None where it was not run.
    """

    strategy: str
    passed: int | None
    seconds: float | None
    lines: int
    verdict: str
    chosen: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A loop that the model predicted wrongly: a defect of loopmend. ``run`` is ``before`` or ``after``.

    ``predicted`` and ``seen`` say in one line who shares a loop; ``facts`` are lines for the bug report.
    """

    run: str
    test: str
    predicted: str
    seen: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that verification of one project showed. ``command`` is what was run, as a person would type it.

    ``requirements`` were laid over the environment for the runs after the change. ``files`` are the changed files,
    ``kept`` the titles of the remedies that stayed, as (code, title). ``runs`` counts runs of the suite, ``blamed``
    says what got worse without any remedy being guilty ("" where nothing did). ``compared_loops`` counts the loops,
    of tests and of their fixtures, that were seen and had been predicted.
    """

    root: str
    command: str
    interpreter: str
    verdict: Verdict
    before: SuiteRun
    after: SuiteRun | None = None
    comparison: Comparison | None = None
    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    rolled_back: tuple[RolledBack, ...] = ()
    tried: tuple[Tried, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    compared_loops: int = 0
    blamed: str = ""
    runs: int = 0
    notes: tuple[str, ...] = ()
    strategy: str = ""
