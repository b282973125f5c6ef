"""Configuration that pytest refuses, in each of its files: named with the line, exit status 2, nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hostile_project import snapshot

if TYPE_CHECKING:
    from hostile_project import Hostile

OPTIONS = b"[tool.pytest.ini_options]\n"
# Each entry: file, content, what is said.
REFUSED = {
    "section twice": ("pytest.ini", b"[pytest]\n\n[tox]\n[pytest] # again\n", "pytest.ini:4: duplicate section"),
    "section twice, hidden file": (".pytest.ini", b"[pytest]\r\n[pytest]\r\n", ".pytest.ini:2: duplicate section"),
    "tox section twice": ("tox.ini", b"[pytest]\n[testenv]\n[testenv]\n", "tox.ini:3: duplicate section 'testenv'"),
    "section twice in setup.cfg": (
        "setup.cfg",
        b"[tool:pytest]\n[a]\n[tool:pytest]\n",
        "setup.cfg:3: duplicate section",
    ),
    "key twice in setup.cfg": ("setup.cfg", b"[tool:pytest]\nx: 1\nx = 2\n", "setup.cfg:3: duplicate name 'x'"),
    "wrong section in setup.cfg": ("setup.cfg", b"[pytest]\nx = 1\n", "setup.cfg:1: pytest refuses [pytest]"),
    "indented first key": ("tox.ini", b"[pytest]\n\tx = 1\n", "tox.ini:2: unexpected value continuation"),
    "indented header": ("pytest.ini", b"[a]\nx = 1\n[b]\n  [pytest]\n", "pytest.ini:4: unexpected value continuation"),
    "key without value": (".pytest.ini", b"[pytest]\nstrict\n", ".pytest.ini:2: unexpected line: 'strict'"),
    "key before any section": ("pytest.ini", b"# c\nx = 1\n", "pytest.ini:2: no section header"),
    "table twice": ("pyproject.toml", OPTIONS + b"x = 1\n" + OPTIONS, "pyproject.toml:3: "),
    "table and dotted key": ("pyproject.toml", b"[tool]\npytest.ini_options.x = '1'\n" + OPTIONS, "pyproject.toml:3: "),
    "inline table and header": ("pyproject.toml", b"[tool]\npytest = {x = 1}\n" + OPTIONS, "pyproject.toml:3: "),
    "key twice in TOML": (".pytest.toml", b"[pytest]\nx = 1\n'x' = 1\n", ".pytest.toml:3: "),
    "byte order mark in TOML": ("pyproject.toml", b"\xef\xbb\xbf" + OPTIONS, "pyproject.toml:1: starts with a byte"),
    "options without a table": ("pytest.toml", b"addopts = []\n", "pytest.toml:1: options must be under [pytest]"),
    "no table": ("pyproject.toml", b"[tool.pytest]\nini_options = 'x'\n", "tool.pytest.ini_options is not a table"),
    "native list as text": ("pytest.toml", b"[pytest]\naddopts = '-q'\n", "pytest.toml:2: addopts expects a list"),
    "native text as number": (
        "pytest.toml",
        b"[pytest]\nasyncio_mode = 1\n",
        "pytest.toml:2: asyncio_mode expects a string",
    ),
}


@pytest.mark.parametrize(("path", "data", "said"), REFUSED.values(), ids=REFUSED)
def test_refused_configuration_is_named(hostile: Hostile, path: str, data: bytes, said: str) -> None:
    (hostile.project / "pytest.ini").unlink()
    hostile.write(path, data)
    before = snapshot(hostile.project)
    for verb in (("check",), ("diff",), ("migrate", "--allow-no-vcs")):
        done = hostile.run(*verb)
        assert done.code == 2, done.text
        assert done.out == b""
        assert said in done.text.splitlines()[0]
    assert snapshot(hostile.project) == before


def test_broken_file_that_comes_later_is_named(hostile: Hostile) -> None:
    hostile.write("tox.ini", b"[testenv]\n[testenv]\n")
    before = snapshot(hostile.project)
    done = hostile.migrate()
    assert done.code == 2
    assert "tox.ini:2: duplicate section" in done.text.splitlines()[0]
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("pytest.toml", b""),
        (".pytest.ini", b""),
        ("pyproject.toml", b"[project]\nname = 'x'\n"),
        ("tox.ini", b"[pytest]\n"),
        ("setup.cfg", b"[tool:pytest]\n"),
    ],
)
def test_configuration_above_the_folder_is_named_and_left_alone(hostile: Hostile, path: str, data: bytes) -> None:
    (hostile.project / "pytest.ini").unlink()
    hostile.write(path, data)
    before = snapshot(hostile.project)
    done = hostile.run("migrate", "--allow-no-vcs", "tests")
    assert done.code == 2
    assert f"belongs to the project of {hostile.project / path}" in done.text.splitlines()[0]
    assert snapshot(hostile.project) == before


@pytest.mark.parametrize(("path", "data"), [("tox.ini", b"[tox]\n"), ("setup.cfg", b"[metadata]\nname = x\n")])
def test_file_above_the_folder_without_options_does_not_count(hostile: Hostile, path: str, data: bytes) -> None:
    (hostile.project / "pytest.ini").unlink()
    hostile.write(path, data)
    done = hostile.run("check", "tests")
    assert done.code in (0, 1), done.text
