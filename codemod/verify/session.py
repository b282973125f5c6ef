"""The place where a project's suite is run: its environment, its throw-away copies, and how often it has been run.

All runs of one session use the same interpreter, the same command and the same path of the copy, so that what differs
between two of them is the change (and, after it, the versions laid over the environment).
"""

from __future__ import annotations

import os
import shlex
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from codemod.analysis.raising import floor_of
from codemod.errors import LoopmendError
from codemod.knowledge import versions
from codemod.processes.run import Limits, run
from codemod.project.named_requirement import named_requirement
from codemod.project.requirements import PLUGIN, at_least
from codemod.reading import discover_project, silent
from codemod.verify import clean, recording
from codemod.verify.blame import TooManyRunsError
from codemod.verify.command import TestCommand, own_command
from codemod.verify.copies import Copies
from codemod.verify.environment import find, variables
from codemod.verify.overlay import lay
from codemod.verify.predicted import Agreement, compare_loops, read_as_run
from codemod.verify.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from codemod.evidence import SuiteRun
    from codemod.model import FileChange, ProjectReport
    from codemod.project.settings import Settings
    from codemod.verify.copies import Tree
    from codemod.verify.environment import Environment
    from codemod.verify.options import Options

_PROBE = "loopmend_probe"
_PATIENCE, _LEAST = 10, 120
"""A run after the change may take so many times as long as the one before, but at least so many seconds."""
_TAIL = 20_000
"""Bytes of the end of a run's output that are kept for people."""


@dataclass(slots=True)
class Session:
    """One project under verification; a context that leaves nothing behind.

    ``say`` is given what a person has to know before it happens, ``tell`` how many tests of a run are done. The
    ``requirements`` are laid over the environment for the runs after the change. Entering raises LoopmendError where
    there is no environment to run the suite in, or where it cannot be copied.
    """

    folder: Path
    settings: Settings
    options: Options
    report: ProjectReport
    say: Callable[[str], None]
    tell: Callable[[str, int, int], None]
    runs: int = 0
    requirements: tuple[str, ...] = ()
    _notes: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _own: TestCommand = field(default_factory=TestCommand)
    _limit: float = 0
    _overlay: tuple[Path, ...] = ()
    _environment: Environment = field(init=False)
    _copies: Copies = field(init=False)

    def __enter__(self) -> Self:
        for text in self.options.requirements:
            named_requirement(text)  # raises before minutes of tests, not after them
        runs = discover_project(self.folder, self.settings, silent).runs
        self._own = TestCommand() if self.options.command else own_command(runs)
        settings = self.settings
        self._environment = find(
            self.folder, runs.ground.root, settings.python, settings.interpreter, self._own_variables
        )
        if self.report.changes or self.options.best:  # another strategy may have some
            self.requirements = self.options.requirements or tuple(_needed(self.report, self._environment))
        self._notes += _version_notes(self.report, self._environment)
        self._limit = self.options.seconds
        with ExitStack() as stack:
            self._copies = stack.enter_context(Copies(self.folder))
            probe = self._probe / f"{_PROBE}.py"
            probe.parent.mkdir()
            shutil.copyfile(Path(__file__).with_name("probe.py"), probe)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def moves(self) -> bool:
        """Tell whether the runs after the change are on other versions than the one before."""
        return bool(self.requirements)

    @property
    def interpreter(self) -> str:
        """Return which Python runs the suite, and how it was found."""
        return f"{self._environment.python} ({self._environment.origin})"

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of pytest: the project's own, then those given."""
        return (*self._own.arguments, *self.options.arguments)

    @property
    def command(self) -> str:
        """Return what is run as a person would type it in the project."""
        return shlex.join(self._command("python"))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is to be known about the runs."""
        return tuple(dict.fromkeys((*self._notes, *self._environment.notes, *self._copies.notes)))

    def before(self) -> SuiteRun:
        """Run the suite as it is."""
        self.say(self._announcement())
        self._overlay = self._laid()  # what cannot be installed is told before minutes of tests, not after them
        found = self._run("before", self._copies.fresh(), ())
        self._limit = min(self._limit, max(_LEAST, _PATIENCE * found.seconds))
        return found

    def after(self, name: str, changes: Sequence[FileChange]) -> SuiteRun:
        """Run the suite with ``changes``, called ``name`` before people; raises TooManyRunsError at the limit."""
        if self.runs >= self.options.runs:
            raise TooManyRunsError(f"the limit of {self.options.runs} runs was reached (--max-runs)")
        return self._run(name, self._copies.fresh(changes), self._overlay)

    def agreement(self, name: str, run: SuiteRun, changes: Sequence[FileChange] = ()) -> Agreement:
        """Return how the loops of ``run``, which was made with ``changes``, compare with the predicted ones."""
        if self.options.command:
            return Agreement()
        try:
            suite = read_as_run(self._copies.fresh(changes).project, self.settings, run, self.arguments)
        except LoopmendError as error:
            self._notes.append(f"the loops of the run {name} could not be predicted: {error}")
            return Agreement()
        return compare_loops(suite, run, name) if suite is not None else Agreement()

    def note_unmigrated(self, run: SuiteRun) -> None:
        """Take note of how the unchanged suite fared on the versions that are laid over the environment."""
        fared = f"{run.passed} passed, {run.failed} failed, {run.end}"
        self._notes.append(f"without the change, on {', '.join(self.requirements)}: {fared}")

    # --- one run ---

    def _run(self, name: str, tree: Tree, first: tuple[Path, ...]) -> SuiteRun:
        self.runs += 1
        record = self._copies.scratch / f"record-{self.runs}"
        record.mkdir()
        log = self._copies.scratch / "log"
        folder = tree.project if self._own.folder is None else tree.top / self._own.folder
        environment = self._variables(tree, record, first)
        watch = Watch(record, lambda done, total: self.tell(name, done, total))
        limits = Limits(self._limit, self.options.output)
        ended = run(self._command(str(self._environment.python)), folder, environment, log, limits, watch)
        if ended.left:
            self._notes.append(f"{ended.left} processes of the run {name} could not be ended")
        status = -ended.signal if ended.status is None and ended.signal is not None else ended.status
        found = recording.read(record, status, ended.timed_out, ended.seconds, _tail(log), ended.truncated)
        shutil.rmtree(record, ignore_errors=True)
        self.say(f"{name}: {found.passed} passed, {found.failed} failed, {found.seconds:.0f} s, {found.end}")
        return found

    def _variables(self, tree: Tree, record: Path, first: tuple[Path, ...]) -> dict[str, str]:
        base = {**self._own_variables, **self._home(tree), **dict(self.options.variables)}
        found = variables(self._environment, {self._copies.top: tree.top}, (*first, self._probe), base)
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tree.temporary))
        # Behind the options of the configuration file, before those of the command: -x in addopts would end the run.
        addopts = f"{base.get('PYTEST_ADDOPTS', '')} -p {_PROBE} --maxfail=0".strip()
        return {**found, **temporary, "PYTEST_ADDOPTS": addopts, "LOOPMEND_PROBE": str(record)}

    def _command(self, python: str) -> tuple[str, ...]:
        return (*(self.options.command or (python, "-m", "pytest")), *self.arguments)

    @property
    def _own_variables(self) -> Mapping[str, str]:
        """Return those of the user's variables that the project's code may see."""
        return clean.for_running(os.environ) if self.options.clean else os.environ

    def _home(self, tree: Tree) -> dict[str, str]:
        if not self.options.clean:
            return {}
        home = tree.temporary / "home"
        home.mkdir(exist_ok=True)
        return dict.fromkeys(("HOME", "USERPROFILE"), str(home))

    @property
    def _probe(self) -> Path:
        return self._copies.scratch / "probe"

    def _laid(self) -> tuple[Path, ...]:
        """Return the folder with the versions for after the change, where there are some."""
        if not self.requirements:
            return ()
        self.say(f"installing {', '.join(self.requirements)} over the environment, in a folder of its own")
        base = clean.for_installing(os.environ) if self.options.clean else os.environ
        laid = lay(self._environment, self.requirements, self._copies.scratch / "overlay", self.folder, base)
        self._notes += laid.notes
        return (laid.folder,)

    def _announcement(self) -> str:
        where = f", as in {self._own.origin}" if self._own.origin else ""
        after = f"; after the change with {', '.join(self.requirements)}" if self.requirements else ""
        return (
            f"running `{self.command}`{where}, with {self.interpreter}{after}; at most {self.options.seconds:g} s"
            f" a run (--timeout) and {self.options.runs} runs (--max-runs)"
        )


def _needed(report: ProjectReport, environment: Environment) -> Iterator[str]:
    """Yield what the environment lacks for the version that the change is for."""
    installed = environment.installed(PLUGIN)
    if report.target == report.version or (installed and at_least(installed, report.target)):
        return
    yield f"{PLUGIN}=={report.target}"
    floor = floor_of(report.target)
    if floor is not None and not at_least(environment.installed("pytest"), floor.pytest):
        yield f"pytest=={next(version for version in versions().pytest if at_least(version, floor.pytest))}"


def _version_notes(report: ProjectReport, environment: Environment) -> Iterator[str]:
    installed = environment.installed(PLUGIN)
    if installed not in (report.version, report.target):
        have = f"has {PLUGIN} {installed}" if installed else f"has no {PLUGIN}"
        yield (
            f"the analysis is for {PLUGIN} {report.version} ({report.version_origin}), the environment {have}:"
            " --source and --target say what the analysis is for, --python gives another environment"
        )


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        return file.read().decode(errors="replace")
