"""Loops that a run showed against those that are predicted: who shares one, what is left out, what a report says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.suites import write

from codemod.analysis.loops import LoopModel
from codemod.evidence import End, Evidence, FixtureLoop, Outcome, SuiteRun, TestRun, Verdict
from codemod.project.settings import Settings
from codemod.report.evidence_markdown import bug_report
from codemod.scopes import Scope
from codemod.verify.predicted import Agreement, compare_loops, read_as_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from codemod.analysis.loops import Layout
    from codemod.analysis.resolve import FixtureDef

DB = "@pytest_asyncio.fixture(scope='module')\nasync def db():\n    yield 'secret'\n\n"
"""In strict mode without options: on the loop of the module."""
ONE = "@pytest.mark.asyncio\nasync def test_one(db): ...\n\n"
TWO = "@pytest.mark.asyncio(loop_scope='module')\nasync def test_two(db): ...\n\n"


def loop_of(name: str, setup: int | None, teardown: int | None = None, path: str = "test_a.py") -> FixtureLoop:
    return FixtureLoop(path, name, name.rpartition(".")[2], setup, teardown)


def ran(name: str, loop: int | None, *fixtures: FixtureLoop, **fields: object) -> TestRun:
    """Return a test of test_a.py that passed on a loop; ``fields`` replace others."""
    return TestRun(
        **{"id": f"test_a.py::{name}", "outcome": Outcome.PASSED, "phases": ()} | fields, loop=loop, fixtures=fixtures
    )  # type: ignore[arg-type]


def run(*tests: TestRun, plugin: str = "1.5.0", pytest_version: str = "9.0.0", mode: str = "") -> SuiteRun:
    versions = (("python", "3.12.0"), ("pytest", pytest_version), ("pytest-asyncio", plugin))
    return SuiteRun(End.FINISHED, 0, 1.0, tests, versions=versions, mode=mode)


def agreement(folder: Path, seen: SuiteRun, text: str = DB + ONE + TWO, ini: str = "", **files: str) -> Agreement:
    """Return how a run compares with what is predicted for test_a.py and other modules, by their names."""
    write(folder, {"pytest.ini": f"[pytest]\n{ini}", "test_a.py": text, **{f"{n}.py": t for n, t in files.items()}})
    suite = read_as_run(folder, Settings(), seen)
    assert suite is not None
    return compare_loops(suite, seen, "before")


def told(found: Agreement) -> list[tuple[str, str, str]]:
    return [(one.test, one.predicted, one.seen) for one in found.disagreements]


# --- agreement and disagreement --------------------------------------------------------------------------------------


def test_what_is_as_predicted_is_counted(tmp_path: Path) -> None:
    seen = run(ran("test_one", 2, loop_of("db", 1, 1)), ran("test_two", 1, loop_of("db", 1, 1)), mode="strict")
    assert agreement(tmp_path, seen) == Agreement(6)


def test_a_test_apart_from_its_fixture_disagrees(tmp_path: Path) -> None:
    seen = run(ran("test_one", 2, loop_of("db", 1)), ran("test_two", 2, loop_of("db", 1)))
    found = agreement(tmp_path, seen)
    assert told(found) == [("test_a.py::test_two", "test, test_a.py::db", "test | test_a.py::db")]
    assert found.compared == 4
    assert found.disagreements[0].run == "before"


def test_a_teardown_on_another_loop_disagrees(tmp_path: Path) -> None:
    found = agreement(tmp_path, run(ran("test_two", 1, loop_of("db", 1, 3))))
    both = "test, test_a.py::db"
    assert told(found) == [("test_a.py::test_two", both, f"teardown of test_a.py::db | {both}")]


def test_one_loop_is_predicted_for_two_tests_that_ran_on_two(tmp_path: Path) -> None:
    mark = "@pytest.mark.asyncio(loop_scope='session')\n"
    text = f"{mark}async def test_one(): ...\n{mark}async def test_two(): ...\n"
    found = agreement(tmp_path, run(ran("test_one", 1), ran("test_two", 2)), text)
    other = "its loop with test_a.py::test_one (test)"
    assert told(found) == [("test_a.py::test_two", f"test shares {other}", f"test does not share {other}")]
    assert {"async test test_a.py::test_one (asyncio)", "async test test_a.py::test_two (asyncio)"} <= {
        *found.disagreements[0].facts
    }


def test_two_loops_are_predicted_for_two_tests_that_ran_on_one(tmp_path: Path) -> None:
    text = "@pytest.mark.asyncio\nasync def test_one(): ...\n@pytest.mark.asyncio\nasync def test_two(): ...\n"
    found = agreement(tmp_path, run(ran("test_one", 1), ran("test_two", 1)), text)
    other = "its loop with test_a.py::test_one (test)"
    assert told(found) == [("test_a.py::test_two", f"test does not share {other}", f"test shares {other}")]


def test_processes_are_kept_apart(tmp_path: Path) -> None:
    """The numbers of loops mean nothing in another process, and a session loop is one in each."""
    mark = "@pytest.mark.asyncio(loop_scope='session')\n"
    text = f"{mark}async def test_one(): ...\n{mark}async def test_two(): ...\n" + ONE.replace("one(db)", "three()")
    seen = run(
        ran("test_one", 1, process="gw0"), ran("test_two", 2, process="gw1"), ran("test_three", 1, process="gw1")
    )
    assert agreement(tmp_path, seen, text) == Agreement(3)
    apart = run(ran("test_one", 1, process="gw0"), ran("test_two", 2, process="gw0"))
    assert len(agreement(tmp_path, apart, text).disagreements) == 1


def test_a_wide_fixture_keeps_the_loop_of_the_test_that_ran_first(tmp_path: Path) -> None:
    """With overrides of `event_loop` in two modules the order of the run decides, not that of the names of files."""
    override = "@pytest.fixture(scope='session')\ndef event_loop():\n    yield asyncio.new_event_loop()\n\n"
    text = f"{override}@pytest.mark.asyncio\nasync def test_one(pool): ...\n"
    files = {"conftest": "@pytest_asyncio.fixture(scope='session')\nasync def pool(): ...\n", "test_b": text}
    pool = loop_of("pool", 1, path="conftest.py")
    first, second = ran("test_one", 1, pool), ran("", 2, pool, id="test_b.py::test_one")
    seen = run(first, second, plugin="0.21.2", pytest_version="7.4.4")
    assert agreement(tmp_path, seen, text, **files) == Agreement(4)
    turned = replace(seen, tests=(second, first))
    assert [one.test for one in agreement(tmp_path, turned, text, **files).disagreements] == [
        "test_b.py::test_one",
        "test_a.py::test_one",
    ]


def test_a_test_that_passed_must_have_started_its_loop(tmp_path: Path) -> None:
    text = "@pytest.mark.asyncio\nasync def test_one(): ...\n"
    assert told(agreement(tmp_path, run(ran("test_one", None)), text)) == [
        ("test_a.py::test_one", "test", "no loop, test")
    ]
    assert agreement(tmp_path, run(ran("test_one", None, outcome=Outcome.SKIPPED)), text) == Agreement()


def test_of_a_test_that_failed_counts_what_was_seen(tmp_path: Path) -> None:
    failed = ran("test_two", None, loop_of("db", 1, 2), outcome=Outcome.ERROR)
    found = agreement(tmp_path, run(failed))
    assert told(found) == [("test_a.py::test_two", "test_a.py::db", "teardown of test_a.py::db | test_a.py::db")]


def test_a_test_that_is_refused_must_not_pass(tmp_path: Path) -> None:
    ini = "asyncio_default_fixture_loop_scope = function\n"
    passed = run(ran("test_two", 1, loop_of("db", 1)))
    assert told(agreement(tmp_path, passed, ini=ini)) == [
        ("test_a.py::test_two", "pytest refuses it: ScopeMismatch", "it passed")
    ]
    assert agreement(tmp_path, run(ran("test_two", None, outcome=Outcome.ERROR)), ini=ini) == Agreement()
    old = run(ran("test_two", 1), plugin="0.26.0", pytest_version="8.4.2")
    assert told(agreement(tmp_path, old, ini=ini)) == [
        ("test_a.py::test_two", "pytest refuses it: MultipleEventLoopsRequestedError", "it passed")
    ]


def test_another_mode_is_all_there_is_to_say(tmp_path: Path) -> None:
    found = agreement(tmp_path, run(ran("test_two", 1, loop_of("db", 2)), mode="auto"), ini="asyncio_mode = strict\n")
    assert told(found) == [("every test", "asyncio mode strict", "asyncio mode auto")]
    assert found.compared == 0
    assert "asyncio_mode = strict (pytest.ini:2)" in found.disagreements[0].facts


def test_disagreements_are_limited(tmp_path: Path) -> None:
    text = DB + "".join(TWO.replace("two", str(number)) for number in range(30))
    seen = run(*(ran(f"test_{number}", 2, loop_of("db", 1)) for number in range(30)))
    assert len(agreement(tmp_path, seen, text).disagreements) == 20


# --- versions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("plugin", "pytest_version"), [("", "9.0.0"), ("1.5.0", ""), ("built from source", "9.0.0")])
def test_without_versions_nothing_is_predicted(tmp_path: Path, plugin: str, pytest_version: str) -> None:
    write(tmp_path, {"test_a.py": DB + ONE})
    assert read_as_run(tmp_path, Settings(), run(plugin=plugin, pytest_version=pytest_version)) is None


@pytest.mark.parametrize("plugin", ["99.0.0", "1.4.1.dev7+g1234567"])
def test_a_version_nobody_knows_is_like_the_one_before(tmp_path: Path, plugin: str) -> None:
    assert agreement(tmp_path, run(ran("test_two", 1, loop_of("db", 1)), plugin=plugin)) == Agreement(2)


def test_the_version_and_the_arguments_of_the_run_count(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "pytest-asyncio==0.21.2\n", "test_a.py": DB + ONE})
    suite = read_as_run(tmp_path, Settings(source="0.21.2"), run(), ("-o", "asyncio_default_test_loop_scope=session"))
    assert suite is not None
    assert (suite.version, suite.layout.test_default) == ("1.5.0", Scope.SESSION)


# --- what is left out ------------------------------------------------------------------------------------------------


def test_the_first_of_the_parameter_sets_stands_for_all(tmp_path: Path) -> None:
    text = DB + "@pytest.mark.parametrize('n', [1, 2])\n" + TWO
    seen = run(*(ran(f"test_two[{n}]", loop, loop_of("db", 1)) for n, loop in ((1, 1), (2, 3))))
    assert agreement(tmp_path, seen, text) == Agreement(2)
    assert len(agreement(tmp_path, replace(seen, tests=seen.tests[::-1]), text).disagreements) == 1


@pytest.mark.parametrize("decorator", ["pytest.fixture", "pytest_asyncio.fixture(loop_scope='function')"])
def test_sync_fixtures_start_whatever_loop_they_like(tmp_path: Path, decorator: str) -> None:
    text = f"@{decorator}\ndef db():\n    asyncio.run(make())\n\n{TWO}"
    assert agreement(tmp_path, run(ran("test_two", 1, loop_of("db", 2))), text) == Agreement(1)


def test_what_others_run_has_no_predicted_loop(tmp_path: Path) -> None:
    text = (
        "import unittest\n\nclass TestIt(unittest.IsolatedAsyncioTestCase):\n    async def test_it(self): ...\n\n"
        "def test_sync():\n    asyncio.run(it())\n\n@pytest.mark.anyio\nasync def test_anyio(): ...\n\n"
    )
    seen = run(ran("TestIt::test_it", 1), ran("test_sync", 1), ran("test_anyio", 1), ran("test_one", 1))
    assert agreement(tmp_path, seen, text + "@pytest.mark.asyncio\nasync def test_one(): ...\n") == Agreement(1)


def test_a_computed_scope_has_no_predicted_loop(tmp_path: Path) -> None:
    text = DB.replace("'module'", "choose()") + TWO
    assert agreement(tmp_path, run(ran("test_two", 1, loop_of("db", 2))), text) == Agreement()


def test_a_test_on_the_current_loop_is_left_out_but_not_its_fixtures(tmp_path: Path) -> None:
    """Measured on 1.1: the second of two module tests runs on the function loop of its fixture, the first does not."""
    text = DB + "@pytest_asyncio.fixture\nasync def row(db): ...\n\n" + TWO + TWO.replace("two(db", "three(row")
    db = loop_of("db", 1)
    seen = run(ran("test_two", 1, db), ran("test_three", 2, db, loop_of("row", 2)), plugin="1.1.0")
    assert agreement(tmp_path, seen, text) == Agreement(4)
    assert len(agreement(tmp_path, replace(seen, versions=run().versions), text).disagreements) == 1


def test_inherited_fixtures_and_tests_go_by_where_they_are_defined(tmp_path: Path) -> None:
    base = (
        "class Base:\n    @pytest_asyncio.fixture(scope='class')\n    async def db(self): ...\n\n"
        "    @pytest.mark.asyncio(loop_scope='class')\n    async def test_it(self, db): ...\n\n"
    )
    text = "from base import Base\n\nclass TestOne(Base): ...\n\nclass TestTwo(Base): ...\n"
    names = ("TestOne", 1), ("TestTwo", 2)
    seen = run(*(ran(f"{name}::test_it", loop, loop_of("Base.db", loop, path="base.py")) for name, loop in names))
    assert agreement(tmp_path, seen, text, base=base) == Agreement(4)


def test_an_overridden_fixture_is_told_from_the_one_that_hides_it(tmp_path: Path) -> None:
    outer = "@pytest_asyncio.fixture(scope='session', name='db')\nasync def make_db(): ...\n"
    text = "@pytest_asyncio.fixture\nasync def db(db): ...\n\n" + ONE
    fixtures = loop_of("make_db", 1, path="conftest.py"), loop_of("db", 2)
    assert agreement(tmp_path, run(ran("test_one", 2, *fixtures)), text, conftest=outer) == Agreement(3)
    swapped = loop_of("make_db", 2, path="conftest.py"), loop_of("db", 1)
    assert len(agreement(tmp_path, run(ran("test_one", 2, *swapped)), text, conftest=outer).disagreements) == 1


# --- the report ------------------------------------------------------------------------------------------------------


class _Wrong(LoopModel):
    """Takes every fixture for one of the session."""

    def fixture_scope(self, fixture: FixtureDef, layout: Layout) -> Scope | None:
        return Scope.SESSION


def facts(folder: Path, files: Mapping[str, str], seen: SuiteRun, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Return the lines of the only disagreement of a run with a model that is wrong."""
    write(folder, files)
    suite = read_as_run(folder, Settings(), seen)
    assert suite is not None
    assert compare_loops(suite, seen, "before").disagreements == ()
    monkeypatch.setattr(suite, "models", (_Wrong(),))
    (found,) = compare_loops(suite, seen, "before").disagreements
    evidence = Evidence(".", "pytest", "python", Verdict.UNCHANGED, seen, disagreements=(found,))
    for line in found.facts:
        assert line in bug_report(evidence)
    return found.facts


def test_the_report_says_what_it_takes_to_see_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "pytest.ini": "[pytest]\nasyncio_mode = auto\nasyncio_default_test_loop_scope = session\n",
        "conftest.py": "@pytest_asyncio.fixture(scope='session')\nasync def pool():\n    yield 'secret 1'\n\n"
        "@pytest.fixture\ndef client(pool):\n    return 'secret 2'\n",
        "test_a.py": "async def test_one(pool):\n    assert 'secret 3'\n",
        "test_b.py": "pytestmark = [pytest.mark.usefixtures('client'), pytest.mark.skipif('secret 4')]\n\n"
        "class Base:\n    @pytest.fixture(scope='class', autouse=True)\n    async def row(self, pool): ...\n\n"
        "    @pytest.mark.asyncio(loop_scope='class')\n    @pytest.mark.parametrize('n', ['secret 5'])\n"
        "    async def test_it(self, n): ...\n\nclass TestIt(Base): ...\n",
    }
    pool, row = loop_of("pool", 1, path="conftest.py"), loop_of("Base.row", 2, path="test_b.py")
    seen = run(ran("test_one", 1, pool), ran("", 2, pool, row, id="test_b.py::TestIt::test_it[n0]"), mode="auto")
    found = facts(tmp_path, files, seen, monkeypatch)
    assert found == (
        "predicted for pytest-asyncio 1.5.0, asyncio mode auto",
        "asyncio_mode = auto (pytest.ini:2)",
        "asyncio_default_fixture_loop_scope is not set",
        "asyncio_default_test_loop_scope = session (pytest.ini:3)",
        "async test test_b.py::TestIt::test_it (asyncio) needs test_b.py::Base.row, conftest.py::client",
        "  defined as test_b.py::Base::test_it",
        "  mark parametrize(n) at test_b.py:12",
        "  mark asyncio(loop_scope=class) at test_b.py:11",
        "  mark usefixtures(client) at test_b.py:5",
        "  mark skipif at test_b.py:5",
        "  runs as number 2 of its process, after test_a.py::test_one",
        "  conftest.py::pool: predicted session, seen loop 1",
        "  test: predicted class test_b.py TestIt, seen loop 2",
        "  test_b.py::Base.row: predicted session, seen loop 2",
        "sync fixture conftest.py::client by pytest.fixture() needs conftest.py::pool",
        "async generator fixture conftest.py::pool by pytest_asyncio.fixture(scope=session),"
        " first for test_a.py::test_one",
        "async fixture test_b.py::Base.row by pytest.fixture(scope=class, autouse=True) needs conftest.py::pool",
    )
    assert not re.search("secret", "\n".join(found))


def test_the_report_shows_what_loops_come_from_unasked(tmp_path: Path) -> None:
    text = (
        "@pytest.fixture(scope='module')\ndef event_loop():\n    yield 1\n\n"
        "@pytest.mark.asyncio\nasync def test_one(): ...\n@pytest.mark.asyncio\nasync def test_two(): ...\n"
    )
    seen = run(ran("test_one", 1), ran("test_two", 2), plugin="0.21.2", pytest_version="7.4.4")
    (found,) = agreement(tmp_path, seen, text).disagreements
    assert "sync generator fixture test_a.py::event_loop by pytest.fixture(scope=module)" in found.facts
    assert "  runs as number 2 of its process, after test_a.py::test_one" in found.facts


def test_the_report_shows_a_hook_that_adds_marks(tmp_path: Path) -> None:
    hook = (
        "def pytest_collection_modifyitems(items):\n    for item in items:\n"
        "        if pytest_asyncio.is_async_test(item):\n"
        "            item.add_marker(pytest.mark.asyncio(loop_scope='session'), append=False)\n"
    )
    text = "@pytest.mark.asyncio\nasync def test_one(): ...\n@pytest.mark.asyncio\nasync def test_two(): ...\n"
    found = agreement(tmp_path, run(ran("test_one", 1), ran("test_two", 2)), text, conftest=hook)
    line = "pytest_collection_modifyitems adds asyncio(loop_scope=session) in front of other marks"
    assert line in found.disagreements[0].facts
