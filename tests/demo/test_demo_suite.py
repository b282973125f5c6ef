from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.demo.suite import SuiteError, run_suite

if TYPE_CHECKING:
    from pathlib import Path

_TEARDOWN = """
import asyncio
import pytest

@pytest.fixture
def broken():
    yield
    raise RuntimeError("Task <Task pending name='Task-7' coro=<f() running at /x.py:1>> got Future"
        " <Future pending cb=[g()]> attached to a different loop")

def test_fine(broken): pass
def test_fine_too(broken): pass
def test_clean(): pass
"""

_ASYNC = """
import pytest

@pytest.mark.asyncio
async def test_it(): pass
"""


def _suite(tmp_path: Path, text: str) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    (tmp_path / "test_it.py").write_text(text)
    return tmp_path


def test_errors_are_one_line_each_kind(tmp_path: Path) -> None:
    run = run_suite(_suite(tmp_path, _TEARDOWN), {})
    assert not run.passed
    lines = run.lines()
    assert lines[:3] == [
        "ERROR test_it.py::test_fine",
        "ERROR test_it.py::test_fine_too",
        "  at teardown: RuntimeError: Task <Task …> got Future <Future …> attached to a different loop",
    ]
    assert lines[3].startswith("1 of 3 tests without an error, ")
    assert len(lines) == 4


def test_failure_and_error_of_one_test_count_once(tmp_path: Path) -> None:
    run = run_suite(_suite(tmp_path, _TEARDOWN.replace("test_fine(broken): pass", "test_fine(broken): assert 0")), {})
    assert run.tests == 3
    assert [trouble.word for trouble in run.troubles] == ["FAILED", "ERROR", "ERROR"]
    assert run.lines()[-1].startswith("1 of 3 tests")


def test_passing_suite(tmp_path: Path) -> None:
    run = run_suite(_suite(tmp_path, _ASYNC), {})
    assert run.passed
    assert run.tests == 1


def test_suite_without_tests_has_not_passed(tmp_path: Path) -> None:
    assert not run_suite(_suite(tmp_path, ""), {}).passed


def test_import_error_is_not_a_pass(tmp_path: Path) -> None:
    run = run_suite(_suite(tmp_path, "import nowhere\n"), {})
    assert not run.passed


def test_variables_of_the_caller_do_not_reach_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    assert run_suite(_suite(tmp_path, "def test_it(): pass\n"), {}).passed


def test_own_variables_reach_the_suite(tmp_path: Path) -> None:
    code = "import os\ndef test_it(): assert os.environ['ANSWER'] == '42'\n"
    assert run_suite(_suite(tmp_path, code), {"ANSWER": "42"}).passed


def test_pytest_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    with pytest.raises(SuiteError, match="no-such-option"):
        run_suite(tmp_path, {})


def test_hanging_suite_is_an_error(tmp_path: Path) -> None:
    code = "import time\ndef test_it(): time.sleep(60)\n"
    with pytest.raises(SuiteError, match="did not end within 2 s"):
        run_suite(_suite(tmp_path, code), {}, seconds=2)
