"""Make evidence of one run of a suite out of what the probe wrote, process by process, and of how the command ended."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.evidence import End, FixtureLoop, Outcome, Phase, SuiteRun, TestRun
from codemod.verify.record_lines import GarbledError, Line, each_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NO_TESTS, _INTERNAL_ERROR = 5, 3
"""Exit statuses of pytest."""

_SIGNALLED = 128
"""Exit statuses of shells from here on, and negative ones, are those of commands that a signal ended."""

_LISTED, _LENGTH = 100, 1000
_PHASES = ("setup", "call", "teardown")
_OUTCOMES = ("passed", "xfailed", "xpassed", "skipped", "failed")
_OF_LOOPS = re.compile("event loop|running loop|different loop", re.IGNORECASE)
_EXCEPTION = re.compile(r"[\w.]+(Error|Warning): ")


def read(folder: Path, status: int | None, timed_out: bool, seconds: float, output: str, truncated: bool) -> SuiteRun:
    """Return the run whose record is in ``folder``; ``status`` is None where the command was killed.

    What makes no sense in the record is counted as garbled. A test that never ended is in ``tests`` as well only where
    one of its phases had failed already. Of a test that was run again the last attempt counts.
    """
    record = _Record()
    garbled = each_line(folder, record.take)
    attempts = record.last_attempts()
    fixtures = record.fixtures()
    return SuiteRun(
        end=record.end(status, timed_out),
        status=status,
        seconds=seconds,
        tests=tuple(one.test(fixtures) for one in attempts if one.is_finished or one.outcome.is_bad),
        collected=tuple(record.collected),
        unfinished=tuple(one.id for one in attempts if not one.is_finished),
        collect_errors=tuple(record.collect_errors),
        versions=record.versions,
        mode=record.mode,
        loops=record.loops,
        leaks=tuple(record.leaks),
        output=output,
        truncated=truncated,
        garbled=garbled,
    )


@dataclass(slots=True)
class _Attempt:
    """One attempt at one test, as far as it was recorded; ``at`` is when it began, in seconds of one clock.

    ``reports`` are (phase, outcome, seconds, error) in pytest's words.
    """

    id: str = ""
    at: float = 0.0
    process: str = ""
    reports: list[tuple[str, str, float, str]] = field(default_factory=list)
    loop: int | None = None
    used: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    leaks: list[str] = field(default_factory=list)
    created: int = 0
    is_over: bool = False

    @property
    def is_finished(self) -> bool:
        """Tell whether its outcome is known: it went through, or its process crashed."""
        return bool(self.reports) and (self.is_over or any(when not in ("setup", "call") for when, *_ in self.reports))

    @property
    def outcome(self) -> Outcome:
        """Return that of the worst phase."""
        return max((phase.outcome for phase in self.phases), key=list(Outcome).index, default=Outcome.PASSED)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Return the phases. One that plugins did again (``rerun``, ``retried``) counts where nothing came of that."""
        later = [{when for when, *_ in self.reports[number + 1 :]} for number in range(len(self.reports))]
        return tuple(
            Phase(name if name in _PHASES else "call", _outcome(name, word), seconds, error)
            for (name, word, seconds, error), again in zip(self.reports, later, strict=True)
            if word in _OUTCOMES or name not in again
        )

    def test(self, fixtures: Mapping[str, FixtureLoop]) -> TestRun:
        """Return what is known of the test."""
        return TestRun(
            id=self.id,
            outcome=self.outcome,
            phases=self.phases,
            process=self.process,
            loop=self.loop,
            fixtures=tuple(fixtures[key] for key in self.used if key in fixtures),
            created=self.created,
            leaks=tuple(self.leaks),
            tasks=self.tasks,
        )


def _outcome(phase: str, word: str) -> Outcome:
    if word in _OUTCOMES and word != "failed":
        return Outcome(word)
    return Outcome.ERROR if phase in ("setup", "teardown") else Outcome.FAILED


class _Record:
    """All that was recorded, in whatever order the processes are read."""

    def __init__(self) -> None:
        self.versions: tuple[tuple[str, str], ...] = ()
        self.mode = ""
        self.collected: dict[str, None] = {}
        self.collect_errors: dict[tuple[str, str], None] = {}
        self.leaks: list[str] = []
        self.loops = 0
        self._attempts: dict[str, _Attempt] = {}
        self._crashes: list[tuple[float, str, str, tuple[str, str, float, str]]] = []
        self._fixtures: dict[str, FixtureLoop] = {}
        self._teardowns: dict[str, int | None] = {}
        self._workers: set[str] = set()
        self._sessions = 0
        self._ends: list[float] = []
        self._takers = {
            "start": self._start,
            "end": self._end,
            "collected": self._collected,
            "collect error": self._collect_error,
            "begin": self._begin,
            "phase": self._phase,
            "used": self._used,
            "finish": self._finish,
            "fixture": self._fixture,
            "teardown": self._teardown,
            "loop": self._loop,
            "leak": self._leak,
        }

    def take(self, line: Line) -> None:
        """Add one line; raises GarbledError for one that the probe would not write."""
        taker = self._takers.get(line.text("is"))
        if taker is None:
            raise GarbledError("unknown event")
        taker(line)

    def last_attempts(self) -> list[_Attempt]:
        """Return the attempt that counts of each test, in the order in which tests began."""
        began = sorted((one for one in self._attempts.values() if one.id), key=lambda one: one.at)
        by_id: dict[str, list[_Attempt]] = {}
        for one in began:
            by_id.setdefault(one.id, []).append(one)
        for at, process, test, report in self._crashes:
            attempts = by_id.setdefault(test, [_Attempt(test, at, process)])
            earlier = [one for one in attempts if one.at <= at]
            (earlier or attempts)[-1].reports.append(report)
        return [attempts[-1] for attempts in by_id.values()]

    def fixtures(self) -> dict[str, FixtureLoop]:
        """Return the values of fixtures by their keys, with the loops of their teardown."""
        return {key: replace(one, teardown=self._teardowns.get(key)) for key, one in self._fixtures.items()}

    def end(self, status: int | None, timed_out: bool) -> End:
        """Return how the run ended; a command may have started pytest several times."""
        begun = bool(self.collected or self._attempts or self._crashes)
        if timed_out:
            return End.TIMED_OUT
        if not begun:
            return End.NO_TESTS if status in (0, _NO_TESTS) else End.NOT_STARTED
        by_signal = status is None or status not in range(_SIGNALLED)
        if by_signal or len(self._ends) < max(self._sessions, 1) or _INTERNAL_ERROR in self._ends:
            return End.CRASHED
        return End.NO_TESTS if set(self._ends) == {_NO_TESTS} else End.FINISHED

    # --- the kinds of lines ---

    def _attempt(self, key: str) -> _Attempt:
        return self._attempts.setdefault(key, _Attempt())

    def _start(self, line: Line) -> None:
        versions, mode, worker = line.pairs("versions"), line.text("mode"), line.text("worker")
        if worker:
            self._workers.add(line.process)
            return
        self._sessions += 1
        first = ("python", "pytest", "pytest-asyncio")
        ordered = sorted(versions, key=lambda one: first.index(one[0]) if one[0] in first else len(first))
        self.versions, self.mode = self.versions or tuple(ordered), self.mode or mode

    def _end(self, line: Line) -> None:
        status = line.number("status")
        if line.process not in self._workers:
            self._ends.append(status)

    def _collected(self, line: Line) -> None:
        self.collected.update(dict.fromkeys(line.texts("ids")))

    def _collect_error(self, line: Line) -> None:
        self.collect_errors[line.text("id"), _told(line.texts("errors"))] = None

    def _begin(self, line: Line) -> None:
        test, at = line.text("id"), line.number("at")
        attempt = self._attempt(line.text("run"))
        attempt.id, attempt.at, attempt.process = test, at, attempt.process or line.process

    def _phase(self, line: Line) -> None:
        key, test, at = line.optional_text("run"), line.text("id"), line.number("at")
        report = line.text("when"), line.text("outcome"), line.number("seconds"), _told(line.texts("errors"))
        if key is None:
            self._crashes.append((at, line.process, test, report))
            return
        attempt = self._attempt(key)
        attempt.id, attempt.process = test, attempt.process or line.process
        if len(attempt.reports) < _LISTED:
            attempt.reports.append(report)

    def _used(self, line: Line) -> None:
        loop, used, tasks = line.optional_number("loop"), line.texts("fixtures"), line.texts("tasks")
        attempt = self._attempt(line.text("run"))
        # A forked child runs what its parent began and reports.
        attempt.process, attempt.loop, attempt.used, attempt.tasks = line.process, loop, used, tasks

    def _finish(self, line: Line) -> None:
        self._attempt(line.text("run")).is_over = True

    def _fixture(self, line: Line) -> None:
        path, qualname, name, scope = (line.text(key) for key in ("path", "qualname", "name", "scope"))
        loop = line.optional_number("loop")
        self._fixtures[line.text("key")] = FixtureLoop(path, qualname, name, loop, scope=scope)

    def _teardown(self, line: Line) -> None:
        # Only the first: others were seen when it was torn down already.
        self._teardowns.setdefault(line.text("key"), line.optional_number("loop"))

    def _loop(self, line: Line) -> None:
        key = line.optional_text("run")
        self.loops += 1
        if key is not None:
            self._attempt(key).created += 1

    def _leak(self, line: Line) -> None:
        key, text = line.optional_text("run"), _leak(line.text("kind"), line.text("text"))
        leaks = self.leaks if key is None else self._attempt(key).leaks
        if len(leaks) < _LISTED:
            leaks.append(text)


def _told(errors: tuple[str, ...]) -> str:
    """Return of an exception and what it came from the innermost that names the event loop, or else the outermost."""
    of_loops = [error for error in errors if _OF_LOOPS.search(error)]
    return _one_line((of_loops[-1:] or errors[:1] or ("",))[0])


def _leak(kind: str, text: str) -> str:
    """Return a warning in one line; of an error in ``__del__`` what was raised, without the traceback."""
    lines = text.splitlines() or [""]
    raised = [line for line in lines if _EXCEPTION.match(line)]
    return _one_line(raised[-1] if raised else f"{kind}: {lines[0]}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LENGTH]
