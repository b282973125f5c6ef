"""The probe's record is read for what it is: text of other processes, which may be anything."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from codemod.evidence import End, FixtureLoop, Outcome, SuiteRun
from codemod.verify import record_lines
from codemod.verify.pairing import plain_id
from codemod.verify.recording import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ONE, TWO, THREE = "11-00000001", "12-00000002", "13-00000003"
START = {"is": "start", "versions": {"python": "3.11.7", "pytest": "8.4.2"}, "mode": "auto", "worker": "", "at": 0}
END = {"is": "end", "status": 0}
Lines = "Iterable[dict[str, Any] | str | bytes]"


def run(folder: Path, *, status: int | None = 0, timed_out: bool = False, **processes: Lines) -> SuiteRun:
    """Write the lines of each process, named ``one`` to ``three``, and read them."""
    for name, lines in processes.items():
        process = {"one": ONE, "two": TWO, "three": THREE}[name]
        texts = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
        data = b"".join((text.encode() if isinstance(text, str) else text) + b"\n" for text in texts)
        (folder / f"{process}.jsonl").write_bytes(data)
    return read(folder, status, timed_out, 1.5, "the output", truncated=True)


def begin(test: str, key: str = "", at: float = 1) -> dict[str, Any]:
    return {"is": "begin", "run": key or test, "id": test, "at": at}


def phase(test: str, when: str, outcome: str = "passed", *errors: str, **facts: Any) -> dict[str, Any]:
    found = {"is": "phase", "run": test, "id": test, "when": when, "outcome": outcome, "seconds": 0.5, "at": 2}
    return {**found, "errors": list(errors), **facts}


def finish(key: str) -> dict[str, Any]:
    return {"is": "finish", "run": key}


def used(key: str, loop: int | None = None, *fixtures: str, tasks: Iterable[str] = ()) -> dict[str, Any]:
    return {"is": "used", "run": key, "loop": loop, "fixtures": list(fixtures), "tasks": list(tasks)}


def attempt(test: str, key: str = "", at: float = 1, **outcomes: str) -> list[dict[str, Any]]:
    """Return all lines of one attempt; ``outcomes`` are by phase, and ``passed`` where none is given."""
    key = key or test
    phases = [phase(test, when, outcomes.get(when, "passed"), run=key) for when in ("setup", "call", "teardown")]
    return [begin(test, key, at), *phases, finish(key)]


def outcomes(found: SuiteRun) -> dict[str, Outcome]:
    return {test.id: test.outcome for test in found.tests}


def test_everything_of_a_run_is_read(tmp_path: Path) -> None:
    fixture = {"is": "fixture", "key": "f", "path": "conftest.py", "qualname": "db", "name": "renamed"}
    found = run(
        tmp_path,
        status=1,
        one=[
            {**START, "versions": {"anyio": "4.16", "pytest-asyncio": "1.0", "pytest": "8.4.2", "python": "3.11.7"}},
            {"is": "collected", "ids": ["a", "b"]},
            {"is": "loop", "run": None},
            begin("a"),
            {"is": "loop", "run": "a"},
            {**fixture, "scope": "session", "loop": 1},
            phase("a", "setup"),
            phase("a", "call", "failed", "ValueError: no"),
            used("a", 2, "f", "unknown", tasks=["worker"]),
            phase("a", "teardown"),
            finish("a"),
            {"is": "leak", "run": "a", "kind": "ResourceWarning", "text": "unclosed socket"},
            {"is": "leak", "run": None, "kind": "ResourceWarning", "text": "unclosed file"},
            {"is": "teardown", "key": "f", "loop": 3},
            {"is": "teardown", "key": "f", "loop": 4},
            {"is": "collect error", "id": "c.py", "errors": ["ModuleNotFoundError: no d"]},
            {"is": "end", "status": 1},
        ],
    )
    (test,) = found.tests
    assert (test.id, test.outcome, test.process, test.loop, test.created) == ("a", Outcome.FAILED, ONE, 2, 1)
    assert [(one.name, one.outcome, one.seconds) for one in test.phases] == [
        ("setup", Outcome.PASSED, 0.5),
        ("call", Outcome.FAILED, 0.5),
        ("teardown", Outcome.PASSED, 0.5),
    ]
    assert test.error == "call: ValueError: no"
    assert test.fixtures == (FixtureLoop("conftest.py", "db", "renamed", 1, 3, "session"),)
    assert (test.leaks, test.tasks) == (("ResourceWarning: unclosed socket",), ("worker",))
    assert (found.end, found.status, found.seconds) == (End.FINISHED, 1, 1.5)
    assert (found.output, found.truncated, found.garbled) == ("the output", True, 0)
    assert (found.collected, found.unfinished) == (("a", "b"), ())
    assert found.collect_errors == (("c.py", "ModuleNotFoundError: no d"),)
    assert [name for name, _ in found.versions] == ["python", "pytest", "pytest-asyncio", "anyio"]
    assert (found.mode, found.loops, found.leaks) == ("auto", 2, ("ResourceWarning: unclosed file",))


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        ({}, Outcome.PASSED),
        ({"call": "xfailed"}, Outcome.XFAILED),
        ({"call": "xpassed"}, Outcome.XPASSED),
        ({"setup": "skipped"}, Outcome.SKIPPED),
        ({"call": "failed"}, Outcome.FAILED),
        ({"setup": "failed"}, Outcome.ERROR),
        ({"call": "failed", "teardown": "failed"}, Outcome.ERROR),
        ({"call": "xfailed", "teardown": "failed"}, Outcome.ERROR),
    ],
)
def test_the_worst_phase_decides(tmp_path: Path, phases: dict[str, str], expected: Outcome) -> None:
    assert outcomes(run(tmp_path, one=[START, *attempt("a", **phases), END])) == {"a": expected}


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([], ""),
        (["ValueError: outer", "KeyError: 'inner'"], "ValueError: outer"),
        (["ValueError: outer", "RuntimeError: Event loop is closed", "OSError"], "RuntimeError: Event loop is closed"),
        (["A: attached to a different loop", "B: Event loop is closed"], "B: Event loop is closed"),
        (["several\n  lines"], "several lines"),
        (["x" * 5000], "x" * 1000),
    ],
)
def test_the_innermost_error_about_the_loop_is_told(tmp_path: Path, errors: list[str], told: str) -> None:
    found = run(tmp_path, one=[START, begin("a"), phase("a", "call", "failed", *errors), finish("a"), END])
    assert found.tests[0].phases[0].error == told


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("ResourceWarning", "unclosed <socket>\nmore", "ResourceWarning: unclosed <socket>"),
        ("RuntimeWarning", "coroutine 'a' was never awaited", "RuntimeWarning: coroutine 'a' was never awaited"),
        (
            "PytestUnraisableExceptionWarning",
            "Exception ignored in: <f>\n  warn('ResourceWarning')\nResourceWarning: unclosed loop\nEnable tracemalloc",
            "ResourceWarning: unclosed loop",
        ),
        ("asyncio", "Task was destroyed but it is pending!", "asyncio: Task was destroyed but it is pending!"),
        ("ResourceWarning", "", "ResourceWarning:"),
    ],
)
def test_leaks_are_told_in_one_line(tmp_path: Path, kind: str, text: str, told: str) -> None:
    assert run(tmp_path, one=[{"is": "leak", "run": None, "kind": kind, "text": text}]).leaks == (told,)


# --- several attempts, several processes -----------------------------------------------------------------------------


def test_the_last_attempt_counts_in_the_place_of_the_first(tmp_path: Path) -> None:
    again = [
        begin("a", "a1"),
        phase("a", "setup", run="a1"),
        phase("a", "call", "rerun", "E: 1", run="a1"),
        finish("a1"),
    ]
    found = run(tmp_path, one=[START, *again, *attempt("b", at=2), *attempt("a", "a2", at=3), END])
    assert outcomes(found) == {"a": Outcome.PASSED, "b": Outcome.PASSED}
    assert list(outcomes(found)) == ["a", "b"]


def test_a_rerun_that_nothing_follows_is_a_failure(tmp_path: Path) -> None:
    lines = [begin("a"), phase("a", "setup"), phase("a", "call", "rerun", "ValueError: 1"), finish("a")]
    (test,) = run(tmp_path, one=[START, *lines, END]).tests
    assert (test.outcome, test.error) == (Outcome.FAILED, "call: ValueError: 1")


def test_a_phase_that_was_done_again_counts_once(tmp_path: Path) -> None:
    lines = [begin("a"), phase("a", "call", "retried", "E: 1"), phase("a", "call"), phase("a", "teardown")]
    (test,) = run(tmp_path, one=[START, *lines, END]).tests
    assert [one.name for one in test.phases] == ["call", "teardown"]
    assert test.outcome is Outcome.PASSED


def test_processes_are_merged_in_the_order_of_time(tmp_path: Path) -> None:
    worker = {**START, "worker": "gw0"}
    collected = {"is": "collected", "ids": ["a", "b", "c"]}
    found = run(
        tmp_path,
        one=[START, END],
        two=[worker, collected, *attempt("b", at=2), used("b", 1), *attempt("c", at=3), END],
        three=[worker, collected, *attempt("a", at=1), used("a", 1), {"is": "loop", "run": "a"}, END],
    )
    assert [(test.id, test.process, test.loop) for test in found.tests] == [
        ("a", THREE, 1),
        ("b", TWO, 1),
        ("c", TWO, None),
    ]
    assert (found.collected, found.loops, found.end) == (("a", "b", "c"), 1, End.FINISHED)


def test_a_worker_that_ends_does_not_end_the_run(tmp_path: Path) -> None:
    found = run(tmp_path, status=-9, one=[START], two=[{**START, "worker": "gw0"}, *attempt("a"), END])
    assert found.end is End.CRASHED


def crash(test: str, at: float, outcome: str = "failed") -> dict[str, Any]:
    return phase(test, "???", outcome, "worker 'gw0' crashed", run=None, at=at)


def test_the_test_of_a_crashed_worker_has_failed(tmp_path: Path) -> None:
    worker = {**START, "worker": "gw0"}
    found = run(
        tmp_path,
        one=[START, crash("a", 5), crash("never begun", 6), END],
        two=[worker, begin("a"), phase("a", "setup")],
    )
    assert outcomes(found) == {"a": Outcome.FAILED, "never begun": Outcome.FAILED}
    assert [one.name for one in found.tests[0].phases] == ["setup", "call"]
    assert found.tests[0].error == "call: worker 'gw0' crashed"
    assert (found.unfinished, found.end) == ((), End.FINISHED)


def test_a_crash_counts_only_until_the_test_is_run_again(tmp_path: Path) -> None:
    worker = {**START, "worker": "gw0"}
    found = run(
        tmp_path,
        one=[START, crash("a", 5, "rerun"), END],
        two=[worker, begin("a", "a1", at=1)],
        three=[worker, *attempt("a", "a2", at=7)],
    )
    assert outcomes(found) == {"a": Outcome.PASSED}


def test_a_forked_child_runs_what_its_parent_reports(tmp_path: Path) -> None:
    found = run(tmp_path, one=[START, *attempt("a"), END], two=[{"is": "loop", "run": "a"}, used("a", 1)])
    (test,) = found.tests
    assert (test.process, test.loop, test.created, found.end) == (TWO, 1, 1, End.FINISHED)


# --- how it ended ----------------------------------------------------------------------------------------------------


def test_what_was_under_way_is_unfinished(tmp_path: Path) -> None:
    found = run(tmp_path, status=-9, one=[START, *attempt("a"), begin("b"), phase("b", "setup")])
    assert (outcomes(found), found.unfinished) == ({"a": Outcome.PASSED}, ("b",))


def test_what_failed_before_it_hung_is_told(tmp_path: Path) -> None:
    lines = [begin("a"), phase("a", "call", "failed", "ValueError: 1")]
    found = run(tmp_path, status=None, timed_out=True, one=[START, *lines])
    assert (outcomes(found), found.unfinished) == ({"a": Outcome.FAILED}, ("a",))


ENDED = [START, *attempt("a")]


@pytest.mark.parametrize(
    ("lines", "status", "timed_out", "expected"),
    [
        ([*ENDED, END], 0, False, End.FINISHED),
        ([*ENDED, {**END, "status": 1}], 1, False, End.FINISHED),
        ([*ENDED, END, *ENDED, END], 0, False, End.FINISHED),
        ([*ENDED, END, *ENDED], 1, False, End.CRASHED),
        (ENDED, 0, False, End.CRASHED),
        (ENDED, -9, False, End.CRASHED),
        ([*ENDED, END], -11, False, End.CRASHED),
        ([*ENDED, END], 139, False, End.CRASHED),
        ([*ENDED, END], None, False, End.CRASHED),
        ([*ENDED, {**END, "status": 3}], 3, False, End.CRASHED),
        (ENDED, None, True, End.TIMED_OUT),
        ([*ENDED, END], None, True, End.TIMED_OUT),
        ([], None, True, End.TIMED_OUT),
        ([START, {**END, "status": 5}], 5, False, End.NO_TESTS),
        ([], 5, False, End.NO_TESTS),
        ([], 0, False, End.NO_TESTS),
        ([], 4, False, End.NOT_STARTED),
        ([START, {**END, "status": 2}], 2, False, End.NOT_STARTED),
        ([START], -9, False, End.NOT_STARTED),
        ([], None, False, End.NOT_STARTED),
    ],
)
def test_end(tmp_path: Path, lines: list[Any], status: int | None, timed_out: bool, expected: End) -> None:
    assert run(tmp_path, status=status, timed_out=timed_out, one=lines).end is expected


def test_no_folder_is_no_record(tmp_path: Path) -> None:
    found = read(tmp_path / "none", 4, False, 1.0, "", truncated=False)
    assert (found.end, found.tests, found.versions) == (End.NOT_STARTED, (), ())


# --- garbage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no JSON",
        '{"is": "begin", "run": "b", "id"',
        "[]",
        "null",
        "[" * 100_000,
        '{"is": []}',
        '{"is": "something else"}',
        b"\xff\xfe",
        {"is": "begin", "run": 1, "id": "b", "at": 1},
        {"is": "begin", "run": "b", "id": None, "at": 1},
        {"is": "begin", "run": "b", "id": "b", "at": "1"},
        {"is": "begin", "run": "b", "id": "b", "at": True},
        '{"is": "begin", "run": "b", "id": "b", "at": NaN}',
        '{"is": "begin", "run": "b", "id": "b", "at": 1e400}',
        '{"is": "begin", "run": "b", "id": "b", "at": %s}' % ("1" * 5000),
        {"is": "collected", "ids": "b"},
        {"is": "collected", "ids": [["b"]]},
        {"is": "used", "run": "b", "loop": "1", "fixtures": [], "tasks": []},
        {"is": "used", "run": "b", "loop": 1, "fixtures": {}, "tasks": []},
        {"is": "phase", "run": "b", "id": "b", "at": 1, "when": "call", "outcome": 1, "seconds": 1, "errors": []},
        {"is": "phase", "run": "b", "id": "b", "at": 1, "when": "call", "outcome": "passed", "seconds": 1},
        {"is": "start", "versions": ["python"], "mode": "", "worker": ""},
        {"is": "start", "versions": {"python": 3}, "mode": "", "worker": ""},
        {"is": "fixture", "key": "f", "path": 1, "qualname": "f", "name": "f", "scope": "", "loop": 1},
        {"is": "leak", "run": {}, "kind": "", "text": ""},
        {"is": "end", "status": None},
    ],
)
def test_garbage_is_counted_and_left_out(tmp_path: Path, line: dict[str, Any] | str | bytes) -> None:
    found = run(tmp_path, one=[START, line, *attempt("a"), END])
    assert (found.garbled, outcomes(found), found.end) == (1, {"a": Outcome.PASSED}, End.FINISHED)
    assert (found.collected, found.unfinished, found.leaks) == ((), (), ())


def test_a_line_that_was_cut_off_is_garbled(tmp_path: Path) -> None:
    run(tmp_path, one=[START, *attempt("a")])
    path = tmp_path / f"{ONE}.jsonl"
    path.write_bytes(path.read_bytes() + b'{"is": "begin", "run": "b", "id": "b"')
    found = read(tmp_path, -9, False, 1.0, "", truncated=False)
    assert (found.garbled, outcomes(found), found.unfinished) == (1, {"a": Outcome.PASSED}, ())


def test_text_that_cannot_be_encoded_is_replaced(tmp_path: Path) -> None:
    found = run(tmp_path, one=[START, *attempt("a\ud800b"), END])
    assert [test.id for test in found.tests] == ["a?b"]


def test_huge_lines_are_left_out(tmp_path: Path) -> None:
    huge = json.dumps({"is": "collected", "ids": ["x" * 3_000_000]})
    found = run(tmp_path, one=[START, huge, *attempt("a"), END])
    assert (found.garbled, found.collected, found.end) == (1, (), End.FINISHED)


def test_texts_and_lists_are_bounded(tmp_path: Path) -> None:
    leaks = [{"is": "leak", "run": "a", "kind": "ResourceWarning", "text": "unclosed " + "x" * 9000}] * 500
    phases = [phase("a", "call", "failed", *["E" * 900] * 5)] * 500
    found = run(tmp_path, one=[START, begin("a"), *leaks, *phases, finish("a"), END])
    (test,) = found.tests
    assert len(test.leaks) == len(test.phases) == 100
    assert {len(leak) for leak in test.leaks} == {1000}


@pytest.mark.parametrize(("bound", "value"), [("_LINES", 4), ("_BYTES", 300)])
def test_the_whole_record_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int) -> None:
    monkeypatch.setattr(record_lines, bound, value)
    found = run(tmp_path, one=[START, *[{"is": "loop", "run": None}] * 1000], two=[START, END])
    assert found.loops < 12
    assert found.garbled == 2


def test_only_the_files_of_the_probe_are_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    run(outside, one=[START, *attempt("a"), END])
    record = tmp_path / "record"
    record.mkdir()
    (record / f"{ONE}.jsonl").symlink_to(outside / f"{ONE}.jsonl")
    (record / "notes.jsonl").write_text("no record")
    (record / f"{THREE}.jsonl").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(record / f"{TWO}.jsonl")
    found = read(record, 0, False, 1.0, "", truncated=False)
    assert (found.tests, found.garbled) == ((), 0)


@pytest.mark.parametrize(
    ("test", "plain"),
    [
        ("test_a.py::test_it", "test_a.py::test_it"),
        ("test_a.py::test_it[_UnixDefaultEventLoopPolicy]", "test_a.py::test_it"),
        ("test_a.py::test_it[_UnixDefaultEventLoopPolicy-1]", "test_a.py::test_it[1]"),
        ("test_a.py::test_it[1-_UnixDefaultEventLoopPolicy]", "test_a.py::test_it[1]"),
    ],
)
def test_policies_are_no_part_of_a_name(test: str, plain: str) -> None:
    assert plain_id(test) == plain
