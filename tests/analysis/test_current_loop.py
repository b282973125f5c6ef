"""Sync tests and fixtures that need a current event loop, directly or through code of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.suites import old_suite, override

from codemod.analysis.current_loop import askers, loop_scope_of_users
from codemod.scopes import Scope

if TYPE_CHECKING:
    from pathlib import Path

GET = "asyncio.get_event_loop()"
ASYNC = "\n\nasync def test_async(): ...\n"
CLIENT = f"class Client:\n    def __init__(self):\n        self.loop = {GET}\n"


def asking(folder: Path, files: dict[str, str], source: str = "0.21.2", target: str | None = None) -> list[str]:
    """Return the names of the functions that need a current loop."""
    return [asker.function.qualname for asker in askers(old_suite(folder, files, source, target))]


def in_test(folder: Path, body: str, before: str = "", params: str = "") -> list[str]:
    return asking(folder, {"test_one.py": f"{before}\n\ndef test_sync({params}):\n    {body}\n{ASYNC}"})


@pytest.mark.parametrize(
    ("body", "before"),
    [
        (GET, ""),
        (f"loop = {GET}", ""),
        ("helper()", f"def helper():\n    return {GET}\n"),
        ("helper()", f"def helper():\n    return deeper()\n\n\ndef deeper():\n    return {GET}\n"),
        ("Client()", CLIENT),
        ("Derived()", CLIENT + "\n\nclass Derived(Client):\n    pass\n"),
        ("Client().run()", f"class Client:\n    def run(self):\n        return {GET}\n"),
    ],
)
def test_sync_test_that_needs_one(tmp_path: Path, body: str, before: str) -> None:
    assert in_test(tmp_path, body, before) == ["test_sync"]


@pytest.mark.parametrize(
    ("body", "before", "params"),
    [
        ("pass", "", ""),
        ("asyncio.new_event_loop()", "", ""),
        ("asyncio.run(helper())", f"async def helper():\n    return {GET}\n", ""),
        ("Derived()", CLIENT + "\n\nclass Derived(Client):\n    def __init__(self):\n        pass\n", ""),
        ("Client", CLIENT, ""),
        (GET, "", "event_loop"),
        (GET, "@pytest_asyncio.fixture\nasync def fx(): ...\n", "fx"),
        (GET, "@pytest.fixture\ndef outer(fx): ...\n\n\n@pytest_asyncio.fixture\nasync def fx(): ...\n", "outer"),
        (GET, "@pytest.fixture\ndef fx(event_loop): ...\n", "fx"),
        (f"asyncio.set_event_loop(asyncio.new_event_loop())\n    {GET}", "", ""),
        (f"request.getfixturevalue('event_loop')\n    {GET}", "", "request"),
        (
            "d()",
            "def a():\n    asyncio.get_event_loop()\ndef b():\n    a()\ndef c():\n    b()\ndef d():\n    c()\n",
            "",
        ),
    ],
)
def test_sync_test_that_needs_none(tmp_path: Path, body: str, before: str, params: str) -> None:
    assert in_test(tmp_path, body, before, params) == []


def test_usefixtures_gives_one(tmp_path: Path) -> None:
    text = f"@pytest.mark.usefixtures('event_loop')\ndef test_sync():\n    {GET}\n{ASYNC}"
    assert asking(tmp_path, {"test_one.py": text}) == []


def test_fixtures_and_the_methods_of_what_they_return(tmp_path: Path) -> None:
    lazy = f"class Lazy:\n    def loop(self):\n        return {GET}\n"
    files = {
        "conftest.py": f"@pytest.fixture\ndef current():\n    return {GET}\n",
        "lazy.py": lazy,
        "test_one.py": "from lazy import Lazy\n\n\n@pytest.fixture\ndef lazy():\n    return Lazy()\n\n\n"
        "@pytest.fixture\ndef used(lazy):\n    return lazy.loop()\n\n\nasync def test_a(current, used): ...\n",
    }
    assert asking(tmp_path, files) == ["current", "used"]


def test_fixtures_under_the_plugins_decorator_have_one(tmp_path: Path) -> None:
    text = f"@pytest_asyncio.fixture\ndef current():\n    return {GET}\n\n\nasync def test_a(current): ...\n"
    assert asking(tmp_path, {"test_one.py": text}) == []


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [("0.21.2", "1.5.0", True), ("1.2.0", "1.4.0", True), ("0.21.2", "1.3.0", False), ("1.4.0", "1.5.0", False)],
)
def test_it_is_lost_on_the_way_across_1_4(tmp_path: Path, source: str, target: str, lost: bool) -> None:
    files = {"test_one.py": f"def test_sync():\n    {GET}\n{ASYNC}"}
    assert bool(asking(tmp_path, files, source, target)) is lost


# --- the loop of those who use a fixture -----------------------------------------------------------------------------


def scope_of_users(
    folder: Path, files: dict[str, str], mode: str = "auto", source: str = "0.21.2"
) -> tuple[Scope | None, str]:
    suite = old_suite(folder, files, source, mode=mode)
    (asker,) = askers(suite)
    return loop_scope_of_users(suite, asker)


CURRENT = f"@pytest.fixture\ndef current():\n    return {GET}\n"
USE = "async def test_a(current): ...\n"


def test_scope_of_tests_without_an_override(tmp_path: Path) -> None:
    assert scope_of_users(tmp_path, {"conftest.py": CURRENT, "test_one.py": USE}) == (Scope.FUNCTION, "")


def test_scope_of_tests_below_an_override(tmp_path: Path) -> None:
    files = {"conftest.py": override() + CURRENT, "test_one.py": USE}
    assert scope_of_users(tmp_path, files) == (Scope.SESSION, "")


def test_scope_of_sync_users_is_that_of_one_test(tmp_path: Path) -> None:
    files = {"conftest.py": override() + CURRENT, "test_one.py": f"def test_sync(current): ...\n{ASYNC}"}
    assert scope_of_users(tmp_path, files) == (Scope.FUNCTION, "")


def test_users_on_loops_of_different_scopes(tmp_path: Path) -> None:
    files = {"conftest.py": CURRENT, "test_one.py": USE, "db/conftest.py": override(), "db/test_two.py": USE}
    assert scope_of_users(tmp_path, files) == (None, "the tests that use it run on loops of different scopes")


def test_suite_whose_loops_cannot_be_kept(tmp_path: Path) -> None:
    files = {"p/__init__.py": "", "p/conftest.py": override("package") + CURRENT, "p/test_one.py": USE}
    assert scope_of_users(tmp_path, files) == (None, "the loops of the suite cannot be kept")
