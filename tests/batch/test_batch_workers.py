"""Real worker processes: one that comes to harm costs one project, and whatever happens none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_tools import CLEAN, SICK, task, write
from support.processes import SECONDS, is_gone, listen, pid_in, until

from codemod.batch import workers
from codemod.batch.executors import open_executor
from codemod.batch.records import Result, Status, Task, dump, load_result
from codemod.batch.workers import Child, Limits, Workers, run_batch
from codemod.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
HARMED = Path(__file__).with_name("harmed_child.py")
SOON = 10
"""A limit that is reached, but not by a project that nothing is wrong with."""
GIGABYTE = 1 << 30
HARMS = {
    "dies": "its worker died: SIGSEGV",
    "ends": "its worker died: exit status 3",
    "deaf": "took longer than 10 s",
    "stuck": "took longer than 10 s",
    "eats": "ran out of memory (limit 1 GB)",
    "eats-natively": "ran out of memory (limit 1 GB)",
    "babbles": "its worker gave an answer that cannot be read",
    "confused": "its worker gave an answer that cannot be read",
}


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the folder for temporary files, which must be empty at the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def harmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PROGRAM", HARMED)


def tasks(top: Path, *folders: str) -> list[Task]:
    return [task(write(top, {f"{folder}/{name}": text for name, text in SICK.items()}), folder) for folder in folders]


def all_of(jobs: int, limits: Limits, work: Iterable[Task], size: int = 1) -> list[Result]:
    """Return the results of tasks in batches of ``size``."""
    lines = [dump(each) for each in work]
    with open_executor("", jobs, limits) as executor:
        batches = [lines[start : start + size] for start in range(0, len(lines), size)]
        futures = [executor.submit(run_batch, batch, limits) for batch in batches]
        return [load_result(line) for future in futures for line in future.result()]


def same(results: Iterable[Result]) -> list[Result]:
    """Return results without what is for people only."""
    return [replace(result, seconds=0, memory=0) for result in results]


# --- results ---------------------------------------------------------------------------------------------------------


def test_results_come_in_order_and_are_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    names = [f"p{number:02}" for number in range(12)]
    work = tasks(tmp_path / "mono", *names)
    write(tmp_path / "mono" / "p05", CLEAN)
    one, two = all_of(1, Limits(SECONDS), work), all_of(2, Limits(SECONDS), work, size=5)
    assert [result.folder for result in one] == names
    assert same(one) == same(two)
    assert [result.folder for result in one if result.status is not Status.CHANGED] == ["p05"]
    assert all(result.seconds > 0 and result.memory > 10_000_000 for result in one)


def test_a_worker_is_used_again(tmp_path: Path, harmed: None) -> None:
    work = tasks(tmp_path / "mono", "a", "b")
    with Child(Limits(SECONDS)) as child:
        assert [child.ask(each).status for each in work] == [Status.CHANGED] * 2
    assert len({(tmp_path / "mono" / name / "pid").read_text() for name in ("a", "b")}) == 1


@pytest.mark.parametrize("setting", [("_PROJECTS", 1), ("_RETIRING", 0.000001)])
def test_a_worn_worker_is_renewed(
    tmp_path: Path, harmed: None, monkeypatch: pytest.MonkeyPatch, setting: tuple[str, float]
) -> None:
    monkeypatch.setattr(workers, *setting)
    work = tasks(tmp_path / "mono", "a", "b")
    with Child(Limits(SECONDS)) as child:
        assert [child.ask(each).status for each in work] == [Status.CHANGED] * 2
    assert len({(tmp_path / "mono" / name / "pid").read_text() for name in ("a", "b")}) == 2


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path / "mono"
    work = tasks(top, "a")
    hostile = "import os; os.abort()\n"
    write(top, {"codemod/__init__.py": hostile, "types.py": hostile, "json.py": hostile, "libcst.py": hostile})
    monkeypatch.chdir(top)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", *sys.path]))
    assert all_of(1, Limits(SECONDS), work)[0].status is Status.CHANGED


def test_limits_of_the_machine_are_kept(tmp_path: Path) -> None:
    # Less than the interpreter with all it imports needs.
    (result,) = all_of(1, Limits(SECONDS, memory=40_000_000), tasks(tmp_path / "mono", "a"))
    assert (result.status, result.files) == (Status.FAILED, ())
    assert result.reason.startswith(("ran out of memory (limit 0.0373 GB)", "its worker died: "))


def test_a_program_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tasks(tmp_path / "mono", "a")
    with Child(Limits(SECONDS)) as child, monkeypatch.context() as patch:
        patch.setattr(workers.subprocess, "Popen", _refuse(workers.subprocess.Popen))
        assert child.ask(work[0]).reason == "its worker could not be started: no more processes"
        patch.undo()
        assert child.ask(work[0]).status is Status.CHANGED


def _refuse(real: Callable[..., object]) -> Callable[..., object]:
    def popen(command: list[str], **options: object) -> object:
        if str(workers._PROGRAM) in command:
            raise OSError(11, "no more processes")
        return real(command, **options)

    return popen


# --- harm ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", HARMS)
def test_harm_costs_one_project(tmp_path: Path, harmed: None, harm: str) -> None:
    work = tasks(tmp_path / "mono", "before", harm, "after")
    limit = SOON if HARMS[harm].startswith("took") else SECONDS
    results = all_of(1, Limits(limit, GIGABYTE), work, size=3)
    assert [(result.folder, result.status) for result in results] == [
        ("before", Status.CHANGED),
        (harm, Status.FAILED),
        ("after", Status.CHANGED),
    ]
    assert (results[1].project, results[1].reason, results[1].files) == (f"mono/{harm}", HARMS[harm], ())


@pytest.mark.parametrize("harmless", ["prints", "reads"])
def test_what_is_printed_or_read_by_accident_is_harmless(tmp_path: Path, harmed: None, harmless: str) -> None:
    results = all_of(1, Limits(SECONDS), tasks(tmp_path / "mono", harmless, "after"))
    assert [result.status for result in results] == [Status.CHANGED] * 2


def test_harm_to_some_of_many(tmp_path: Path, harmed: None) -> None:
    names = ["a", "dies", "b", "deaf", "c", "babbles", "d", "eats", "e"]
    results = all_of(2, Limits(SOON, GIGABYTE), tasks(tmp_path / "mono", *names), size=2)
    assert [result.folder for result in results] == names
    assert [result.reason for result in results] == [HARMS.get(name, "") for name in names]


# --- ends ------------------------------------------------------------------------------------------------------------


def test_cancelling_ends_what_runs(tmp_path: Path, harmed: None) -> None:
    work = [dump(each) for each in tasks(tmp_path / "mono", "deaf", "stuck", "a")]
    executor = Workers(2, Limits(SECONDS))
    futures = [executor.submit(run_batch, [line], Limits(SECONDS)) for line in work]
    pids = [pid_in(tmp_path / "mono" / name / "pid") for name in ("deaf", "stuck")]
    executor.shutdown(cancel_futures=True)
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(SECONDS)
    assert all(map(is_gone, pids))


def test_an_exception_ends_what_runs(tmp_path: Path, harmed: None) -> None:
    (work,) = tasks(tmp_path / "mono", "deaf")
    with pytest.raises(KeyboardInterrupt), open_executor("", 1, Limits(SECONDS)) as executor:
        executor.submit(run_batch, [dump(work)], Limits(SECONDS))
        pid = pid_in(tmp_path / "mono" / "deaf" / "pid")
        raise KeyboardInterrupt
    assert is_gone(pid)


PARENT = """
import sys
from pathlib import Path
from codemod.batch import workers
from codemod.batch.executors import open_executor
workers._PROGRAM = Path(sys.argv[1])
limits = workers.Limits(seconds=float(sys.argv[2]))
with open_executor("", 3, limits) as executor:
    futures = [executor.submit(workers.run_batch, [line.strip()], limits) for line in sys.stdin]
    for future in futures:
        future.result()
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_the_parent_s_end_leaves_nothing(tmp_path: Path, scratch: Path, end: signal.Signals) -> None:
    work = tasks(tmp_path / "mono", "idle", "deaf", "stuck")
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(HARMED), "10"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(scratch)},
        start_new_session=True,
        preexec_fn=listen,
    )
    assert process.stdin is not None
    process.stdin.write("".join(f"{dump(each)}\n" for each in work).encode())
    process.stdin.close()
    pids = [pid_in(tmp_path / "mono" / name / "pid") for name in ("idle", "deaf", "stuck")]
    os.killpg(process.pid, end)  # as the terminal does with Ctrl-C
    process.wait(SECONDS)
    until(lambda: all(map(is_gone, pids)) and list(scratch.iterdir()) == [])


# --- which executor --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["dask", "dask=", "ray=1", "="])
def test_an_unknown_executor(spec: str) -> None:
    with pytest.raises(UsageError, match=r"dask=(ADDRESS|tcp)"):
        open_executor(spec, 1, Limits())
