"""The corpus under real pytest and a real PostgreSQL: what must fail before fails, what must pass after passes.

A case with ``from`` is a migration: ``before/`` runs on an old pytest-asyncio, the result on a new one, and the tests
and fixtures that shared an event loop still do. Whatever ran, and however it ended: the loops are those that the model
predicts for the files and the versions of the run.

All runs of the session's selection start together on a few threads; each test waits for its own. Cases with the same
files (one case per strategy) share their run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import venvs
from support.corpus import Case, Runs, load_cases, read_tree
from support.databases import fresh_database
from support.loops import same_loops, same_loops_of_run
from support.runner import Outcome, run_suite

from codemod.verify.predicted import Agreement, compare_loops, read_as_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.demo.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Run:
    """One state of a case (``before`` or ``after``) under one pytest-asyncio."""

    case: Case
    state: str
    plugin: str

    def __str__(self) -> str:
        return f"{self.case}-{self.state}-{self.plugin}"

    @property
    def runs(self) -> Runs:
        """Return the case's table; only cases that have one run."""
        assert self.case.runs is not None
        return self.case.runs

    @property
    def folder(self) -> Path:
        """Return the files to run: a project that nothing is changed in is its own result."""
        return self.case.folder / (self.state if self.case.changes else "before")

    @property
    def earlier(self) -> tuple[Run, ...]:
        """Return the runs of ``before/`` that this one is compared with."""
        return tuple(Run(self.case, "before", plugin) for plugin in self.runs.sources or (self.plugin,))

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells different runs apart: the files and the plugin's version."""
        digest = hashlib.sha256()
        for name, file in read_tree(self.folder).items():
            digest.update(repr((name, file)).encode())
        return digest.hexdigest(), self.plugin


def _before() -> list[Run]:
    tables = [(case, case.runs) for case in load_cases() if case.runs is not None]
    return [Run(case, "before", plugin) for case, runs in tables for plugin in runs.sources or runs.versions]


def _after() -> list[Run]:
    tables = [(case, case.runs) for case in load_cases() if case.runs is not None]
    results = [(case, runs) for case, runs in tables if case.changes or runs.sources]
    return [Run(case, "after", plugin) for case, runs in results for plugin in runs.versions]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run, and how its loops agree with the predicted ones."""

    outcome: Outcome
    agreement: Agreement


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Callable[[Run], Ran]]:
    """Return a function that gives what came of a run, waiting for it."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = [param["run"] for param in params if isinstance(param.get("run"), Run)]
    futures: dict[tuple[str, str], Future[Ran]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for run in [*wanted, *(earlier for later in wanted for earlier in later.earlier)]:
            if run.key not in futures:
                futures[run.key] = pool.submit(_perform, run, postgres)
        try:
            yield lambda run: futures[run.key].result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _perform(run: Run, postgres: EmbeddedPostgres) -> Ran:
    python = venvs.interpreter(run.plugin)
    database = fresh_database(postgres) if run.runs.postgres else nullcontext({})
    with tempfile.TemporaryDirectory() as scratch, database as variables:
        # A copy outside this repository: pytest's search for a configuration file goes upwards.
        folder = shutil.copytree(run.folder, Path(scratch, "project"))
        outcome = run_suite(folder, python, {**venvs.variables(run.plugin), **variables})
        suite = read_as_run(folder, run.case.settings, outcome.seen)
        return Ran(outcome, compare_loops(suite, outcome.seen, run.state) if suite is not None else Agreement())


@pytest.mark.parametrize("run", _before(), ids=str)
def test_before(run: Run, interpreter: Callable[[str], Path], outcome: Callable[[Run], Ran]) -> None:
    interpreter(run.plugin)
    found = outcome(run).outcome
    assert found.verdict == run.runs.before, found.log
    if run.runs.error:
        assert run.runs.error in "\n".join(found.failures)
    if found.verdict == "pass" and run.runs.leak_free and not run.case.changes and not run.runs.sources:
        assert found.leaks == ()


@pytest.mark.parametrize("run", _after(), ids=str)
def test_after(run: Run, interpreter: Callable[[str], Path], outcome: Callable[[Run], Ran]) -> None:
    for each in (run, *run.earlier):
        interpreter(each.plugin)
    after = outcome(run).outcome
    assert after.verdict == run.runs.after, after.log
    if run.runs.leak_free:
        assert after.leaks == ()
    for earlier in run.earlier:
        before = outcome(earlier).outcome
        if before.verdict != "hang":
            # Sorted, because pytest 8 visits files and folders in another order than pytest 7.
            assert sorted(after.tests) == sorted(before.tests)
        if run.runs.sources:
            assert same_loops(before, after) == (), earlier
        if run.runs.whole_run:
            assert same_loops_of_run(before, after) == (), earlier


@pytest.mark.parametrize("run", [*_before(), *_after()], ids=str)
def test_loops_are_the_predicted_ones(
    run: Run, interpreter: Callable[[str], Path], outcome: Callable[[Run], Ran]
) -> None:
    interpreter(run.plugin)
    assert outcome(run).agreement.disagreements == ()


def test_many_loops_are_compared(
    request: pytest.FixtureRequest, interpreter: Callable[[str], Path], outcome: Callable[[Run], Ran]
) -> None:
    runs = {run.key: run for run in (*_before(), *_after())}
    selected = {str(item.callspec.params.get("run")) for item in request.session.items if hasattr(item, "callspec")}
    if not {str(run) for run in runs.values()} <= selected:
        pytest.skip("only some of the runs are selected")
    for plugin in {run.plugin for run in runs.values()}:
        interpreter(plugin)
    assert sum(outcome(run).agreement.compared for run in runs.values()) > 2000
