from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.project.places import config_place
from codemod.project.pytest_config import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.project.places import ConfigPlace

INI, NATIVE = ("tool", "pytest", "ini_options"), ("tool", "pytest")
NEW = "pytest.ini", ("pytest",)

# Each entry: files, pytest's version, path and section where an option goes.
PLACES = {
    "nothing": ({}, (9, 2), NEW),
    "setup.py": ({"setup.py": ""}, (9, 2), NEW),
    "files without a section": ({"tox.ini": "[tox]\n", "setup.cfg": "[metadata]\n"}, (9, 2), NEW),
    "pyproject without table": ({"pyproject.toml": "[project]\nname = 'x'\n"}, (9, 2), ("pyproject.toml", INI)),
    "pyproject without table, old": ({"pyproject.toml": "", "tox.ini": "[tox]\n"}, (7, 4), ("pyproject.toml", INI)),
    "tox before setup": (
        {"tox.ini": "[pytest]\n", "setup.cfg": "[tool:pytest]\n"},
        (8, 4),
        ("tox.ini", ("pytest",)),
    ),
    "section of setup.cfg": ({"setup.cfg": "[tool:pytest]\n"}, (8, 4), ("setup.cfg", ("tool:pytest",))),
    "empty pytest.ini": ({"pytest.ini": "", "tox.ini": "[pytest]\n"}, (7, 4), NEW),
    "empty .pytest.ini": ({".pytest.ini": "", "tox.ini": "[pytest]\n"}, (9, 0), (".pytest.ini", ("pytest",))),
    "empty .pytest.ini, older": ({".pytest.ini": "", "tox.ini": "[pytest]\n"}, (8, 4), ("tox.ini", ("pytest",))),
    "pytest.toml": ({"pytest.toml": "", "pytest.ini": ""}, (9, 0), ("pytest.toml", ("pytest",))),
    "pytest.toml, older": ({"pytest.toml": "", "pytest.ini": ""}, (8, 4), NEW),
    "native": ({"pyproject.toml": "[tool.pytest]\nx = 1\n"}, (9, 0), ("pyproject.toml", NATIVE)),
    "native, not read": ({"pyproject.toml": "[tool.pytest]\nx = 1\n"}, (8, 4), NEW),
    "native, not read by 7": ({"pyproject.toml": "tool.pytest.x = 1\n"}, (7, 4), NEW),
    "native beside an empty table": (
        {"pyproject.toml": "[tool.pytest]\nx = 1\nini_options = {}\n"},
        (8, 4),
        NEW,
    ),
    "native beside options": (
        {"pyproject.toml": "[tool.pytest]\nx = 1\nini_options.y = 1\n"},
        (8, 4),
        ("pyproject.toml", INI),
    ),
    "empty native": ({"pyproject.toml": "[tool.pytest]\n"}, (8, 4), ("pyproject.toml", INI)),
}


def place(folder: Path, files: dict[str, str], version: tuple[int, int]) -> ConfigPlace:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return config_place(folder, resolve(folder, version))


@pytest.mark.parametrize(("files", "version", "expected"), PLACES.values(), ids=PLACES)
def test_options_go_where_pytest_reads_them(
    tmp_path: Path, files: dict[str, str], version: tuple[int, int], expected: tuple[str, tuple[str, ...]]
) -> None:
    found = place(tmp_path, files, version)
    assert (found.path, found.section) == expected


@pytest.mark.parametrize(
    ("name", "text", "typed"),
    [
        ("pyproject.toml", "[tool.pytest]\nx = 1\n", True),
        (".pytest.toml", "", True),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", False),
        ("pytest.ini", "", False),
    ],
)
def test_only_tables_of_pytest_9_are_typed(tmp_path: Path, name: str, text: str, typed: bool) -> None:
    assert place(tmp_path, {name: text}, (9, 2)).typed is typed
