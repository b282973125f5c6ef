"""The helper that runs suites under test has to be right before anything it says counts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.databases import fresh_database
from support.runner import Outcome, run_suite

PYTHON = Path(sys.executable)

_SUITE = """
import pytest

@pytest.fixture
def broken_setup():
    raise RuntimeError("at setup")

@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("at teardown")

def test_fine(): pass
def test_setup(broken_setup): pass
def test_call(): raise RuntimeError("at call")
def test_teardown(broken_teardown): pass
"""
_CONNECT = """
import asyncio, os
import asyncpg, pytest

KEPT = []

@pytest.mark.asyncio
async def test_connect():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    KEPT.append(connection)
    if {close}:
        await connection.close()
"""
_NEVER_AWAITED = """
import gc

async def work(): pass

def test_it():
    work()
    gc.collect()
"""

_FAILING_FIXTURE = """
import pytest, pytest_asyncio

@pytest_asyncio.fixture
async def good(): pass

@pytest_asyncio.fixture
async def bad(good): raise RuntimeError

@pytest_asyncio.fixture
async def never(bad): pass

@pytest.mark.asyncio
async def test_it(never): pass
"""
_UNCLOSED_LOOP = """
import asyncio, gc

def test_it():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep(0))
    del loop
    gc.collect()
"""
_THREAD = """
import asyncio, threading

def test_it():
    thread = threading.Thread(target=asyncio.run, args=(asyncio.sleep(0),))
    thread.start()
    thread.join()
"""


def _run(tmp_path: Path, text: str, variables: dict[str, str] | None = None, seconds: float = 60) -> Outcome:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    (tmp_path / "test_it.py").write_text(text)
    return run_suite(tmp_path, PYTHON, variables or {}, seconds)


def test_each_phase_is_told_apart(tmp_path: Path) -> None:
    outcome = _run(tmp_path, _SUITE)
    assert outcome.verdict == "fail"
    assert outcome.failures == (
        "setup test_it.py::test_setup: RuntimeError: at setup",
        "call test_it.py::test_call: RuntimeError: at call",
        "teardown test_it.py::test_teardown: RuntimeError: at teardown",
    )
    assert [test.partition("::")[2] for test in outcome.tests] == [
        "test_fine",
        "test_setup",
        "test_call",
        "test_teardown",
    ]


def test_only_tests_without_a_failure_in_any_phase_have_passed(tmp_path: Path) -> None:
    assert _run(tmp_path, _SUITE).passed == ("test_it.py::test_fine",)


def test_loops_are_traced_as_far_as_a_failing_test_got(tmp_path: Path) -> None:
    name = "test_it.py::test_it"
    assert _run(tmp_path, _FAILING_FIXTURE).trace[name] == {"test_it.py::good": "loop 1", "test_it.py::bad": "loop 1"}


def test_the_trace_keeps_no_loop_alive(tmp_path: Path) -> None:
    outcome = _run(tmp_path, _UNCLOSED_LOOP)
    assert outcome.trace["test_it.py::test_it"] == {"test": "loop 1"}
    assert any("unclosed event loop" in leak for leak in outcome.leaks)


def test_loops_of_other_threads_are_not_traced(tmp_path: Path) -> None:
    assert _run(tmp_path, _THREAD).trace == {"test_it.py::test_it": {}}


def test_healthy_suite_passes_and_leaks_nothing(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "def test_it(): pass\n")
    assert (outcome.verdict, outcome.failures, outcome.leaks) == ("pass", (), ())


def test_collection_error_is_a_failure(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "import nowhere\n")
    assert outcome.verdict == "fail"
    assert "nowhere" in outcome.failures[0]


def test_no_tests_is_no_pass(tmp_path: Path) -> None:
    assert _run(tmp_path, "").verdict == "fail"


def test_hang_ends_with_the_time_limit(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "import time\ndef test_it(): time.sleep(60)\n", seconds=3)
    assert outcome.verdict == "hang"
    assert outcome.seconds < 30


def test_forgotten_coroutine_is_a_leak(tmp_path: Path) -> None:
    assert any("never awaited" in leak for leak in _run(tmp_path, _NEVER_AWAITED).leaks)


def test_variables_of_the_outer_pytest_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    assert _run(tmp_path, "def test_it(): pass\n").verdict == "pass"


@pytest.mark.slow
@pytest.mark.parametrize(("close", "left"), [(True, 0), (False, 1)])
def test_open_connections_are_counted(tmp_path: Path, postgres, close: bool, left: int) -> None:
    with fresh_database(postgres) as variables:
        outcome = _run(tmp_path, _CONNECT.format(close=close), variables)
    assert outcome.verdict == "pass", outcome.log
    assert outcome.open_connections == left
    assert bool(outcome.leaks) == bool(left)


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["1.1.0", "1.5.0"])
def test_interpreters_have_the_plugin_asked_for(tmp_path: Path, interpreter, plugin: str) -> None:
    (tmp_path / "test_it.py").write_text(
        f"import pytest_asyncio\ndef test_it(): assert pytest_asyncio.__version__ == {plugin!r}\n"
    )
    assert run_suite(tmp_path, interpreter(plugin), {}).verdict == "pass"
