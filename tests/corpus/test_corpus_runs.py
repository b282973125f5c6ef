"""The corpus under real pytest and a real PostgreSQL: what must fail before fails, what must pass after passes.

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
from support.corpus import Case, load_cases, read_tree
from support.databases import fresh_database
from support.runner import Outcome, run_suite

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

    def in_state(self, state: str) -> Run:
        return Run(self.case, state, self.plugin)

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells different runs apart: the files and the plugin's version."""
        digest = hashlib.sha256()
        for name, file in read_tree(self.case.folder / self.state).items():
            digest.update(repr((name, file)).encode())
        return digest.hexdigest(), self.plugin


def _runs(state: str) -> list[Run]:
    cases = [case for case in load_cases() if case.runs is not None and (case.folder / state).exists()]
    return [Run(case, state, plugin) for case in cases if case.runs for plugin in case.runs.versions]


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[Callable[[Run], Outcome]]:
    """Return a function that gives the outcome of a run, waiting for it."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = [param["run"] for param in params if isinstance(param.get("run"), Run)]
    futures: dict[tuple[str, str], Future[Outcome]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for run in [*wanted, *(run.in_state("before") for run in wanted)]:
            if run.key not in futures:
                futures[run.key] = pool.submit(_perform, run, postgres)
        try:
            yield lambda run: futures[run.key].result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _perform(run: Run, postgres: EmbeddedPostgres) -> Outcome:
    python = venvs.interpreter(run.plugin)
    needs = run.case.runs is not None and run.case.runs.postgres
    with tempfile.TemporaryDirectory() as scratch, fresh_database(postgres) if needs else nullcontext({}) as variables:
        # A copy outside this repository: pytest's search for a configuration file goes upwards.
        folder = shutil.copytree(run.case.folder / run.state, Path(scratch, "project"))
        return run_suite(folder, python, variables)


@pytest.mark.parametrize("run", _runs("before"), ids=str)
def test_before(run: Run, interpreter: Callable[[str], Path], outcome: Callable[[Run], Outcome]) -> None:
    interpreter(run.plugin)
    found = outcome(run)
    assert run.case.runs is not None
    assert found.verdict == run.case.runs.before, found.log
    if run.case.runs.error:
        assert run.case.runs.error in "\n".join(found.failures)
    if found.verdict == "pass" and run.case.runs.leak_free and not run.case.changes:
        assert found.leaks == ()


@pytest.mark.parametrize("run", _runs("after"), ids=str)
def test_after(run: Run, interpreter: Callable[[str], Path], outcome: Callable[[Run], Outcome]) -> None:
    interpreter(run.plugin)
    before, after = outcome(run.in_state("before")), outcome(run)
    assert run.case.runs is not None
    assert after.verdict == run.case.runs.after, after.log
    if before.verdict != "hang":
        assert after.tests == before.tests
    if run.case.runs.leak_free:
        assert after.leaks == ()
