"""Configuration and arguments that are wrong: one line names the file, exit status 2, nothing is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hostile_project import MENDED, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from hostile_project import Hostile

BROKEN = {
    "pyproject.toml": ("pyproject.toml", b"[tool\n", "pyproject.toml:1: "),
    "pyproject.toml, table twice": ("pyproject.toml", b"[tool.loopmend]\n[tool.loopmend]\n", "pyproject.toml:"),
    "pyproject.toml, not UTF-8": ("pyproject.toml", b"[tool.loopmend]\nx = '\xff'\n", "pyproject.toml"),
    "pyproject.toml, nested": ("pyproject.toml", b"loopmend = " + b"[" * 5000 + b"\n", "pyproject.toml"),
    "pyproject.toml, no table": ("pyproject.toml", b"[tool]\nloopmend = 3\n", "tool.loopmend is not a table"),
    "pytest.ini": ("pytest.ini", b"garbage\n[pytest\n", "pytest.ini:1: unexpected line"),
    "pytest.ini, key twice": ("pytest.ini", b"[pytest]\nasyncio_mode=auto\nasyncio_mode=strict\n", "pytest.ini:3: "),
    "pytest.ini, not UTF-8": ("pytest.ini", b"[pytest]\nasyncio_mode = \xff\n", "pytest.ini:2: not UTF-8"),
    "loopmend.toml": ("loopmend.toml", b"strategy =\n", "loopmend.toml:1: "),
    "loopmend.toml, unknown key": ("loopmend.toml", b'\nstategy = "share"\n', "loopmend.toml:2: unknown key 'stategy'"),
    "loopmend.toml, wrong value": ("loopmend.toml", b'strategy = "best"\n', "loopmend.toml:1: strategy"),
    "loopmend.toml, wrong type": ("loopmend.toml", b"unsafe = 3\n", "loopmend.toml:1: unsafe"),
    "loopmend.toml, bad pattern": ("loopmend.toml", b'exclude = ["!"]\n', "exclude"),
    "loopmend.toml, escape in a key": ("loopmend.toml", b'"a\\u001b[31mb" = 3\n', r"unknown key 'a\x1b[31mb'"),
    "loopmend.toml, NUL": ("loopmend.toml", b"\0", "loopmend.toml:1: "),
}
VERBS = (("check", "-q"), ("diff",), ("migrate", "--allow-no-vcs"), ("config",))


@pytest.mark.parametrize(("path", "data", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_configuration(hostile: Hostile, path: str, data: bytes, said: str) -> None:
    hostile.write(path, data)
    before = snapshot(hostile.project)
    for verb in VERBS:
        done = hostile.run(*verb)
        assert done.code == 2, done.text
        first, *rest = done.text.splitlines()
        assert first.startswith("error: ")
        assert said in first
        assert len(rest) <= 1
        assert done.out == b""
    assert snapshot(hostile.project) == before


def test_isolated_passes_over_our_own_file_only(hostile: Hostile) -> None:
    hostile.write("loopmend.toml", b"strategy =\n")
    assert hostile.migrate("--isolated").code == 0
    hostile.write("pytest.ini", b"garbage\n")
    assert hostile.run("check", "--isolated").code == 2


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("uv.lock", b'[[package]]\nname = "pytest-asyncio"\nversion = \n'),
        ("poetry.lock", b'[[package]]\nname = "pytest-asyncio"\n\xff\n'),
        ("Pipfile.lock", b'{"default": {"pytest-asyncio": '),
        ("Pipfile", b'[dev-packages\npytest-asyncio = "*"\n'),
        ("requirements/test.txt", b"pytest-asyncio\n\xff\n"),
        ("environment.yml", b"dependencies:\n  - pytest-asyncio\n  - \xff\n"),
    ],
)
def test_broken_requirement_file_is_skipped(hostile: Hostile, path: str, data: bytes) -> None:
    hostile.write(path, data)
    checked = hostile.run("check", "-q")
    assert checked.code == 3
    assert len(checked.lines_about(f"{path} skipped: ")) == 1
    assert "LM201" in checked.text
    assert hostile.migrate().code == 3
    assert hostile.read(path) == data
    assert hostile.read("tests/conftest.py") == MENDED


@pytest.mark.parametrize(
    "text", [b"pytest-asyncio==not a version\n", b"-r missing.txt\n", b"-r requirements.txt\n", b"%%%\n", b"\n" * 1000]
)
def test_odd_requirement_lines_are_passed_over(hostile: Hostile, text: bytes) -> None:
    hostile.write("requirements.txt", text)
    checked = hostile.run("check", "-q")
    assert checked.code in (1, 3)
    assert "LM201" in checked.text


def test_wrong_argument(hostile: Hostile) -> None:
    before = snapshot(hostile.project)
    for argument, said in (
        ("nowhere", "nowhere: no such folder"),
        ("tests/test_a.py", "tests/test_a.py: give the folder, not a file"),
        ("no\x1b[31msuch\n", r"no\x1b[31msuch\x0a: no such folder"),
        ("x" * 5000, "File name too long"),
        ("a\udcff", r"a\udcff: no such folder"),
    ):
        for verb in ("check", "diff", "migrate", "config"):
            done = hostile.run(verb, argument)
            assert done.code == 2, done.text
            assert said in done.text.splitlines()[0]
            assert len(done.text.splitlines()) == 1
    assert snapshot(hostile.project) == before


def test_folder_within_a_project(hostile: Hostile) -> None:
    for verb in ("check", "migrate"):
        done = hostile.run(verb, "tests")
        assert done.code == 2
        assert "belongs to the project of" in done.text
        assert "pytest.ini" in done.text


def test_overlapping_folders(hostile: Hostile) -> None:
    hostile.write("inner/pytest.ini", b"[pytest]\n")
    assert hostile.run("check", ".", "inner").code == 2


def test_one_bad_project_of_two_is_named_and_neither_is_written(hostile: Hostile, tmp_path: Path) -> None:
    hostile.write("one/pytest.ini", b"garbage\n")
    hostile.write("two/pytest.ini", b"[pytest]\nasyncio_mode = auto\n")
    hostile.write("two/conftest.py", hostile.read("tests/conftest.py"))
    hostile.write("two/test_b.py", b"async def test_b(conn):\n    await conn.fetchval('')\n")
    before = snapshot(hostile.project)
    done = hostile.run("migrate", "--allow-no-vcs", "one", "two")
    assert done.code == 2
    assert "one/pytest.ini:1: " in done.text
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize("verb", [("check",), ("diff",), ("migrate",), ("undo",), ("check", "--output-format", "json")])
@pytest.mark.parametrize("what", ["empty", "no Python", "no tests", "no pytest-asyncio"])
def test_nothing_to_do(hostile: Hostile, verb: tuple[str, ...], what: str) -> None:
    empty = hostile.project / "empty"
    empty.mkdir()
    hostile.write("empty/.git/HEAD", b"")
    if what == "no Python":
        hostile.write("empty/README", b"\xff")
    if what == "no tests":
        hostile.write("empty/app.py", b"async def f(): ...\n")
    if what == "no pytest-asyncio":
        hostile.write("empty/test_a.py", b"def test_a(): ...\n")
    hostile.write("empty/tox.ini", b"[pytest]\n")
    before = snapshot(empty)
    done = hostile.run(*verb, folder=empty)
    assert done.code == 0, done.text
    if "json" in verb:
        assert json.loads(done.out)
    assert snapshot(empty) == before
