"""The layout that keeps who shares a loop, and why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.suites import old_suite, override

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.analysis.suite import Suite
    from codemod.analysis.translation import Translation

FIXTURE = "@pytest_asyncio.fixture(scope={!r})\nasync def fx():\n    yield 1\n\n\n"
TESTS = "async def test_a(fx): ...\n\n\nasync def test_b(fx): ...\n"
ALONE = "async def test_a(): ...\n\n\nasync def test_b(): ...\n"


def translated(suite: Suite) -> Translation:
    assert suite.translation is not None
    return suite.translation


def written(suite: Suite) -> dict[str, str]:
    """Return what a layout writes: the two options, then marks and loop scopes by where they go."""
    layout = translated(suite).layout
    assert layout is not None, translated(suite).reason
    found = {
        "fixtures": layout.fixture_default.word if layout.fixture_default is not None else "",
        "tests": layout.test_default.word,
    }
    found |= {
        f"{path}:{span.line}": scope.word if scope is not None else "bare"
        for (path, span), scope in layout.marks.items()
    }
    found |= {f"{path}::{name}": scope.word for (path, name), scope in layout.added.items()}
    return found | {
        f"{key.path}>{key.qualname}": scope.word if scope is not None else "" for key, scope in layout.loop.items()
    }


# --- layouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["session", "module", "class", "function"])
def test_override_in_the_root_sets_both_options(tmp_path: Path, scope: str) -> None:
    files = {"conftest.py": override(scope) + FIXTURE.format(scope), "test_one.py": TESTS}
    assert written(old_suite(tmp_path, files)) == {"fixtures": scope, "tests": scope}


def test_package_override_in_the_root_is_one_loop_for_the_run(tmp_path: Path) -> None:
    files = {
        "conftest.py": override("package") + FIXTURE.format("package"),
        "p/__init__.py": "",
        "p/test_one.py": TESTS,
    }
    assert written(old_suite(tmp_path, files)) == {"fixtures": "session", "tests": "session"}


def test_no_override_means_function(tmp_path: Path) -> None:
    files = {"conftest.py": FIXTURE.format("function"), "test_one.py": TESTS}
    assert written(old_suite(tmp_path, files)) == {"fixtures": "function", "tests": "function"}


def test_a_folder_with_an_override_is_marked(tmp_path: Path) -> None:
    files = {
        "test_root.py": ALONE,
        "test_other.py": ALONE,
        "db/conftest.py": override() + FIXTURE.format("session"),
        "db/test_one.py": TESTS,
    }
    assert written(old_suite(tmp_path, files)) == {
        "fixtures": "function",
        "tests": "function",
        "db/test_one.py::": "session",
        "db/conftest.py>fx": "session",
    }


def test_in_a_file_with_sync_tests_each_async_one_is_marked(tmp_path: Path) -> None:
    more = "\n\ndef test_sync(): ...\n"
    files = {f"test_{n}.py": ALONE for n in range(6)}
    files["test_wide.py"] = override("module") + FIXTURE.format("module") + TESTS + more
    assert written(old_suite(tmp_path, files)) == {
        "fixtures": "function",
        "tests": "function",
        "test_wide.py::test_a": "module",
        "test_wide.py::test_b": "module",
        "test_wide.py>fx": "module",
    }


def test_a_session_override_in_a_file_needs_no_more_than_the_module(tmp_path: Path) -> None:
    files = {f"test_{n}.py": ALONE for n in range(6)}
    files["test_wide.py"] = override() + FIXTURE.format("module") + TESTS
    found = written(old_suite(tmp_path, files))
    assert found["test_wide.py::"] == "module"
    assert found["test_wide.py>fx"] == "module"


def test_a_session_fixture_in_a_file_keeps_the_session(tmp_path: Path) -> None:
    files = {f"test_{n}.py": ALONE for n in range(6)}
    files["test_wide.py"] = override() + FIXTURE.format("session") + TESTS
    assert written(old_suite(tmp_path, files))["test_wide.py::"] == "session"


def test_existing_marks_get_the_scope(tmp_path: Path) -> None:
    mark = "@pytest.mark.asyncio\n"
    files = {f"test_{n}.py": f"{mark}async def test_a(): ...\n\n\n{mark}async def test_b(): ...\n" for n in range(3)}
    files["test_wide.py"] = (
        f"pytestmark = pytest.mark.asyncio\n\n\n{override('module')}{FIXTURE.format('module')}{TESTS}"
    )
    assert written(old_suite(tmp_path, files, mode="strict")) == {
        "fixtures": "function",
        "tests": "function",
        "test_wide.py:5": "module",
        "test_wide.py>fx": "module",
    }


def test_marks_0_21_did_not_read_lose_their_scope(tmp_path: Path) -> None:
    text = "@pytest.mark.asyncio(loop_scope='module')\nasync def test_a(): ...\n"
    found = written(old_suite(tmp_path, {"test_one.py": text, "test_two.py": ALONE}))
    assert found == {"fixtures": "function", "tests": "function", "test_one.py:5": "bare"}


def test_what_0_26_wrote_stays(tmp_path: Path) -> None:
    ini = "asyncio_default_fixture_loop_scope = module\nasyncio_default_test_loop_scope = module\n"
    files = {
        "pytest.ini": f"[pytest]\nasyncio_mode = auto\n{ini}",
        "conftest.py": FIXTURE.format("module"),
        "test_one.py": TESTS,
    }
    suite = old_suite(tmp_path, files, "0.26.0")
    assert translated(suite).layout == suite.layout


def test_the_bridge_of_0_24(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
        "conftest.py": override("module") + FIXTURE.format("module"),
        "test_one.py": TESTS,
    }
    assert written(old_suite(tmp_path, files, "0.24.0")) == {"fixtures": "module", "tests": "module"}


@pytest.mark.parametrize(("source", "target"), [("0.21.2", "0.26.0"), ("0.23.8", "0.25.3"), ("1.0.0", "1.5.0")])
def test_between_versions_that_run_it_alike_there_is_none(tmp_path: Path, source: str, target: str) -> None:
    files = {"conftest.py": override() + FIXTURE.format("session"), "test_one.py": TESTS}
    assert old_suite(tmp_path, files, source, target).translation is None


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_fixture_of_two_loops_is_torn(tmp_path: Path) -> None:
    files = {
        "conftest.py": FIXTURE.format("function"),
        "test_one.py": TESTS,
        "db/conftest.py": override(),
        "db/test_two.py": TESTS,
    }
    found = translated(old_suite(tmp_path, files))
    assert found.layout is None
    assert "fixture `fx` (conftest.py) runs on the loop of whichever test asks for it" in found.reason


def test_a_package_override_in_a_package(tmp_path: Path) -> None:
    files = {
        "tests/__init__.py": "",
        "tests/conftest.py": override("package") + FIXTURE.format("package"),
        "tests/test_one.py": TESTS,
    }
    found = translated(old_suite(tmp_path, files))
    assert found.layout is None
    assert "`event_loop` of tests/conftest.py makes one loop for each package below it" in found.reason


def test_tests_under_one_mark_with_different_loops(tmp_path: Path) -> None:
    marked = "@pytest.mark.asyncio\nasync def test_wide(fx): ...\n"
    files = {
        "base.py": "class Base:\n    pytestmark = pytest.mark.asyncio\n\n    async def test_a(self): ...\n",
        "test_one.py": "from base import Base\n\n\nclass TestOne(Base): ...\n",
        "db/conftest.py": override() + FIXTURE.format("session"),
        "db/test_two.py": f"from base import Base\n\n\nclass TestTwo(Base): ...\n\n\n{marked}",
    }
    found = translated(old_suite(tmp_path, files, mode="strict"))
    assert found.layout is None
    assert found.reason == "tests under one mark need loops of different scopes"


def test_shorter_loops_where_no_fixture_needs_longer_ones(tmp_path: Path) -> None:
    files = {"conftest.py": override() + FIXTURE.format("session"), "test_one.py": TESTS}
    found = translated(old_suite(tmp_path, files, "0.23.8"))
    assert found.layout is not None
    assert "tests that shared the loop of an `event_loop` override get one each" in found.doubt


def test_no_doubt_where_the_loops_are_kept(tmp_path: Path) -> None:
    files = {"conftest.py": override() + FIXTURE.format("session"), "test_one.py": TESTS}
    assert not translated(old_suite(tmp_path, files)).doubt


def test_a_fixture_that_the_version_refuses(tmp_path: Path) -> None:
    files = {"conftest.py": FIXTURE.format("session"), "test_one.py": TESTS}
    found = translated(old_suite(tmp_path, files))
    assert found.layout is None
    assert "fixture `fx` outlives the loop that `event_loop` makes for each test, which 0.21.2 refuses" in found.reason
