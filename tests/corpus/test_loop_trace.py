"""The loop trace is right on each pytest-asyncio that a migration starts from or leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import venvs
from support.loops import same_loops, same_loops_of_run
from support.runner import Outcome, run_suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[[dict[str, str], str], Outcome]

pytestmark = pytest.mark.slow

ALL = ("0.21.2", "0.23.8", "0.26.0", "1.0.0", "1.5.0")

INI = "[pytest]\nasyncio_mode = {}\nasyncio_default_fixture_loop_scope = {}\n"
OVERRIDE = """
import asyncio
import pytest

@pytest.fixture(scope="{scope}")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
"""
FUNCTION = {
    "pytest.ini": INI.format("auto", "function"),
    "conftest.py": """
import asyncio
import pytest, pytest_asyncio

@pytest_asyncio.fixture
async def db():
    yield "db"

@pytest.fixture(autouse=True)
async def clean():
    yield

@pytest.fixture
def answer():
    return 42

@pytest.fixture(name="renamed")
async def something():
    return asyncio.get_running_loop()
""",
    "test_it.py": """
import asyncio
import pytest

@pytest.fixture
async def db(db):
    return db

class TestIt:
    @pytest.fixture
    async def own(self, db):
        return db

    async def test_method(self, own):
        assert own == "db"

async def test_function(renamed, answer):
    assert renamed is asyncio.get_running_loop()

def test_sync(answer):
    pass

def test_sync_of_async(request):
    request.getfixturevalue("db")
""",
}
FUNCTION_SUITE = {
    "test_it.py::TestIt::test_method": [
        "test, conftest.py::clean, conftest.py::db, test_it.py::TestIt.own, test_it.py::db"
        ", teardown of conftest.py::clean, teardown of conftest.py::db"
    ],
    "test_it.py::test_function": [
        "test, conftest.py::clean, conftest.py::something as renamed, teardown of conftest.py::clean"
    ],
    "test_it.py::test_sync": ["conftest.py::clean, teardown of conftest.py::clean"],
    "test_it.py::test_sync_of_async": [
        "conftest.py::clean, conftest.py::db, test_it.py::db"
        ", teardown of conftest.py::clean, teardown of conftest.py::db"
    ],
}
SESSION = """
import pytest_asyncio

@pytest_asyncio.fixture(scope="session")
async def pool():
    yield

@pytest_asyncio.fixture
async def row(pool):
    yield
"""
MODULE = SESSION.replace('"session"', '"module"')
WIDE = {
    "test_it.py": """
import asyncio
import pytest

async def test_one(row): pass

async def test_two(pool): pass

def test_sync(pool): pass
""",
}
WIDE_SUITE = {
    "test_it.py::test_one": [
        "test, conftest.py::pool, conftest.py::row, teardown of conftest.py::pool, teardown of conftest.py::row"
    ],
    "test_it.py::test_two": ["test, conftest.py::pool, teardown of conftest.py::pool"],
    "test_it.py::test_sync": ["conftest.py::pool, teardown of conftest.py::pool"],
}
CLASSES = {
    "pytest.ini": INI.format("strict", "class"),
    "test_it.py": """
import pytest, pytest_asyncio

@pytest.mark.asyncio({keyword}="class")
class TestOne:
    @pytest_asyncio.fixture(scope="class")
    async def shared(self):
        yield

    async def test_a(self, shared): pass
    async def test_b(self, shared): pass

@pytest.mark.asyncio({keyword}="class")
class TestTwo:
    @pytest_asyncio.fixture(scope="class")
    async def shared(self):
        yield

    async def test_a(self, shared): pass
""",
}
SYNC_USERS = {
    "pytest.ini": INI.format("strict", "function"),
    "test_it.py": """
import asyncio
import pytest, pytest_asyncio

async def zero():
    return 0

@pytest.fixture
def prepared(event_loop):
    yield event_loop.run_until_complete(zero())
    event_loop.run_until_complete(zero())

@pytest.mark.asyncio
async def test_async(prepared): pass

def test_sync(event_loop, prepared):
    assert event_loop.run_until_complete(zero()) == 0

def test_own_loop(prepared):
    assert asyncio.run(zero()) == 0
""",
}
SHIM = """
import asyncio
import pytest_asyncio

@pytest_asyncio.fixture
async def event_loop():
    return asyncio.get_running_loop()
"""


@pytest.fixture
def run(tmp_path: Path, interpreter: Callable[[str], Path]) -> Run:
    """Return a function that runs a project of files under one pytest-asyncio."""

    def perform(files: dict[str, str], plugin: str) -> Outcome:
        folder = tmp_path / plugin
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        outcome = run_suite(folder, interpreter(plugin), venvs.variables(plugin))
        assert outcome.verdict == "pass", outcome.log
        return outcome

    return perform


def _groups(outcome: Outcome) -> dict[str, list[str]]:
    """Return the groups of names on one loop for each test, ``test`` first and the teardowns last."""

    def order(name: str) -> tuple[bool, bool, str]:
        return name != "test", name.startswith("teardown of "), name

    result = {}
    for test, names in outcome.trace.items():
        labels = list(dict.fromkeys(names[name] for name in sorted(names, key=order)))
        result[test] = [", ".join(sorted((n for n in names if names[n] == one), key=order)) for one in labels]
    return result


def _loops(outcome: Outcome, name: str = "test") -> list[str]:
    return [names[name] for names in outcome.trace.values() if name in names]


@pytest.mark.parametrize("plugin", ALL)
def test_function_loops(run: Run, plugin: str) -> None:
    outcome = run(FUNCTION, plugin)
    assert _groups(outcome) == FUNCTION_SUITE
    clean = _loops(outcome, "conftest.py::clean")
    assert clean == ["loop 1", "loop 2", "loop 3", "loop 4"]


def test_function_loops_are_the_same_before_and_after(run: Run) -> None:
    before, after = run(FUNCTION, "0.21.2"), run(FUNCTION, "1.5.0")
    assert before.tests == before.passed == after.passed
    assert same_loops(before, after) == ()
    assert same_loops_of_run(before, after) == ()


@pytest.mark.parametrize("plugin", ["0.21.2", "0.26.0"])
def test_session_override(run: Run, plugin: str) -> None:
    conftest = OVERRIDE.format(scope="session") + SESSION
    outcome = run({**WIDE, "pytest.ini": INI.format("auto", "function"), "conftest.py": conftest}, plugin)
    assert _groups(outcome) == WIDE_SUITE
    assert set(_loops(outcome)) == {"loop 1"}


@pytest.mark.parametrize("plugin", ["0.26.0", "1.0.0", "1.5.0"])
def test_session_options(run: Run, plugin: str) -> None:
    ini = INI.format("auto", "session") + "asyncio_default_test_loop_scope = session\n"
    outcome = run({**WIDE, "pytest.ini": ini, "conftest.py": SESSION}, plugin)
    assert _groups(outcome) == WIDE_SUITE
    assert set(_loops(outcome)) == {"loop 1"}


@pytest.mark.parametrize(
    ("plugin", "keyword"), [("0.23.8", "scope"), ("0.26.0", "loop_scope"), ("1.5.0", "loop_scope")]
)
def test_class_loops(run: Run, plugin: str, keyword: str) -> None:
    outcome = run({name: text.replace("{keyword}", keyword) for name, text in CLASSES.items()}, plugin)
    assert _loops(outcome) == ["loop 1", "loop 1", "loop 2"]
    for when in ("", "teardown of "):
        assert _loops(outcome, f"{when}test_it.py::TestOne.shared") == ["loop 1", "loop 1"]
        assert _loops(outcome, f"{when}test_it.py::TestTwo.shared") == ["loop 2"]


def test_sync_code_that_runs_the_loop_is_traced(run: Run) -> None:
    before, after = run(SYNC_USERS, "0.21.2"), run({**SYNC_USERS, "conftest.py": SHIM}, "1.5.0")
    together = ["test, test_it.py::prepared, teardown of test_it.py::prepared"]
    apart = ["test", "test_it.py::prepared, teardown of test_it.py::prepared"]
    for outcome in (before, after):
        assert list(_groups(outcome).values()) == [together, together, apart]
    assert same_loops(before, after) == ()


def test_split_of_fixture_and_test_is_reported(run: Run) -> None:
    ini = {"pytest.ini": INI.format("auto", "module")}
    before = run({**WIDE, **ini, "conftest.py": OVERRIDE.format(scope="module") + MODULE}, "0.21.2")
    after = run({**WIDE, **ini, "conftest.py": MODULE}, "1.5.0")
    assert same_loops(before, after) == (
        "test_it.py::test_one: before conftest.py::pool, conftest.py::row, teardown of conftest.py::pool"
        ", teardown of conftest.py::row, test, after conftest.py::pool, conftest.py::row, teardown of conftest.py::pool"
        ", teardown of conftest.py::row | test",
        "test_it.py::test_two: before conftest.py::pool, teardown of conftest.py::pool, test"
        ", after conftest.py::pool, teardown of conftest.py::pool | test",
    )


def test_loops_that_tests_share_count_in_the_whole_run_only(run: Run) -> None:
    tests = {"test_it.py": "async def test_one(): pass\nasync def test_two(): pass\n"}
    ini = {"pytest.ini": INI.format("auto", "function")}
    before = run({**tests, **ini, "conftest.py": OVERRIDE.format(scope="session")}, "0.21.2")
    after = run({**tests, **ini}, "1.5.0")
    assert same_loops(before, after) == ()
    assert same_loops_of_run(before, after) == (
        "one loop before, not after: test_it.py::test_one > test, test_it.py::test_two > test",
        "one loop after, not before: test_it.py::test_one > test",
        "one loop after, not before: test_it.py::test_two > test",
    )
