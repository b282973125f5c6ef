"""The same work on a real Dask cluster: a scheduler and two worker processes on the loopback interface."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_tools import CLEAN, SICK, repository, task, write

from codemod.batch import executors
from codemod.batch.archive import pack
from codemod.batch.executors import ExecutorError, open_executor
from codemod.batch.records import Result, Status, Task, dump, load_result
from codemod.batch.workers import Limits, run_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
SECONDS = 120
ROOT = Path(__file__).resolve().parents[2]
HARMED = ROOT / "tests" / "batch" / "harmed_child.py"
# The workers of the cluster run the program that some projects do harm to.
PRELOAD = f"""
from pathlib import Path
from codemod.batch import workers
workers._PROGRAM = Path({str(HARMED)!r})
"""


def _start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a scheduler that has no workers yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    words = ("--host", f"tcp://{address}", "--no-dashboard", "--no-jupyter")
    process = _start(tmp_path_factory.mktemp("scheduler"), "distributed.cli.dask_scheduler", *words)
    try:
        yield f"tcp://{address}"
    finally:
        _end(process)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for temporary files of the cluster's workers."""
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def cluster(empty: str, scratch: Path) -> Iterator[str]:
    """Yield the address of a scheduler with two worker processes, which started somewhere else."""
    from distributed import Client

    started = []
    for name in ("one", "two"):
        # Each has its own: reading a file to be loaded, Dask deletes what another worker has compiled of it.
        folder = write(scratch / name, {"preloaded.py": PRELOAD})
        options = ("--no-dashboard", "--nthreads", "1", "--name", name, "--preload", str(folder / "preloaded.py"))
        started.append(_start(folder, "distributed.cli.dask_worker", empty, *options))
    try:
        with Client(empty, timeout=SECONDS, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=SECONDS)
        yield empty
    finally:
        for process in started:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def projects(top: Path, *folders: str) -> list[Task]:
    write(top, {f"{folder}/{name}": text for folder in folders for name, text in SICK.items()})
    repository(top)
    return [task(top, folder) for folder in folders]


def results(spec: str, tasks: list[Task], limits: Limits, size: int = 2) -> list[Result]:
    """Return the results of tasks in batches of ``size``, without what is for people only."""
    lines = [dump(each) for each in tasks]
    with open_executor(spec, 2, limits) as executor:
        batches = [lines[start : start + size] for start in range(0, len(lines), size)]
        futures = [executor.submit(run_batch, batch, limits) for batch in batches]
        found = [load_result(line) for future in futures for line in future.result(SECONDS)]
    return [replace(result, seconds=0, memory=0) for result in found]


# --- errors, before there are workers --------------------------------------------------------------------------------


def test_a_cluster_without_workers(empty: str) -> None:
    with pytest.raises(ExecutorError, match="has no workers"), open_executor(f"dask={empty}", 1, Limits()):
        pytest.fail("was entered")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no such address", "127.0.0.1:x"])
def test_no_scheduler(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(executors, "_SECONDS", 2)
    with (
        pytest.raises(ExecutorError, match="no scheduler answers at") as caught,
        open_executor(f"dask={address}", 1, Limits()),
    ):
        pytest.fail("was entered")
    assert "scheduler runs" in caught.value.next_step


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError) as caught, open_executor("dask=tcp://127.0.0.1:9", 1, Limits()):
        pytest.fail("was entered")
    assert "not installed" in str(caught.value)
    assert caught.value.next_step == "pip install 'loopmend[dask]'"


# --- work ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("archives", [False, True])
def test_results_are_those_of_this_machine(tmp_path: Path, cluster: str, scratch: Path, archives: bool) -> None:
    tasks = projects(tmp_path / "mono", *(f"p{number}" for number in range(7)))
    write(tmp_path / "mono" / "p3", CLEAN)
    write(tmp_path / "mono" / "p4", {"pytest.ini": "[pytest\n"})
    here = results("", tasks, Limits(SECONDS))
    sent = tasks
    if archives:
        gone = replace(tasks[0].project, checkout="/nowhere/mono")
        packed = [pack(each.project, whole=False) for each in tasks]
        sent = [
            replace(each, project=replace(gone, name=each.project.name, folder=each.project.folder), archive=text)
            for each, text in zip(tasks, packed, strict=True)
        ]
    assert results(f"dask={cluster}", sent, Limits(SECONDS)) == here
    assert [result.status for result in here if result.folder == "p4"] == [Status.FAILED]
    assert list(scratch.rglob("loopmend-*")) == []


def test_a_dead_task_costs_one_project(tmp_path: Path, cluster: str) -> None:
    names = ["a", "dies", "b", "deaf", "c", "eats", "d"]
    tasks = projects(tmp_path / "mono", *names)
    found = results(f"dask={cluster}", tasks, Limits(10, 1 << 30), size=3)
    assert {result.folder: result.reason for result in found} == {
        **dict.fromkeys(names, ""),
        "dies": "its worker died: SIGSEGV",
        "deaf": "took longer than 10 s",
        "eats": "ran out of memory (limit 1 GB)",
    }
    assert [result.folder for result in found] == names


def test_workers_with_another_version(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "__version__", "0.0.1")
    with pytest.raises(ExecutorError, match=r"have loopmend 0\.1"), open_executor(f"dask={cluster}", 1, Limits()):
        pytest.fail("was entered")


def test_an_exception_cancels_what_waits(tmp_path: Path, cluster: str) -> None:
    tasks = projects(tmp_path / "mono", "deaf", *(f"p{number}" for number in range(20)))
    with pytest.raises(KeyboardInterrupt), open_executor(f"dask={cluster}", 1, Limits(10)) as executor:
        futures = [executor.submit(run_batch, [dump(each)], Limits(10)) for each in [tasks[0], tasks[0], *tasks]]
        raise KeyboardInterrupt
    assert any(future.cancelled() for future in futures)
