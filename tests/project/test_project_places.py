"""Where an option goes: pytest reads it there, and nothing else changes, rootdir and other options included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree
from pytest_real import INSTALLED, determine_setup

from codemod.operations import SetOption
from codemod.project.places import FIXTURE_OPTION, ConfigPlace, config_place
from codemod.project.pytest_config import NEWEST, PytestVersion, find_setup, resolve
from codemod.project.pytest_tables import INI_OPTIONS, NATIVE
from codemod.rewrite import rewrite_file

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "[project]\nname = 'x'\n"
IN_PYTEST_INI = ("pytest.ini", ("pytest",))
IN_PYPROJECT = ("pyproject.toml", INI_OPTIONS)
EVERY: tuple[PytestVersion, ...] = ((7, 0), (7, 4), (8, 0), (8, 4), (9, 0), (9, 2))

# Name, the files, where the option goes, the versions for which this holds.
LAYOUTS: list[tuple[str, dict[str, str | bytes], tuple[str, tuple[str, ...]], tuple[PytestVersion, ...]]] = [
    ("nothing", {}, IN_PYTEST_INI, EVERY),
    ("setup.py", {"setup.py": ""}, IN_PYTEST_INI, EVERY),
    ("setup.cfg-without-section", {"setup.cfg": "[options]\na = b\n", "setup.py": ""}, IN_PYTEST_INI, EVERY),
    ("tox.ini-without-section", {"tox.ini": "[tox]\n[pytest:x]\na = b\n"}, IN_PYTEST_INI, EVERY),
    ("tox.ini-and-setup.cfg", {"tox.ini": "", "setup.cfg": ""}, IN_PYTEST_INI, EVERY),
    ("pyproject-without-table", {"pyproject.toml": PROJECT}, IN_PYPROJECT, EVERY),
    ("pyproject-empty", {"pyproject.toml": ""}, IN_PYPROJECT, EVERY),
    ("pyproject-and-setup.py", {"pyproject.toml": PROJECT, "setup.py": ""}, IN_PYPROJECT, EVERY),
    (
        "pyproject-and-others",
        {"pyproject.toml": PROJECT, "tox.ini": "[tox]\n", "setup.cfg": "[options]\n"},
        IN_PYPROJECT,
        EVERY,
    ),
    ("pyproject-empty-tables", {"pyproject.toml": "[tool.pytest]\n[tool.pytest.ini_options]\n"}, IN_PYPROJECT, EVERY),
    ("pyproject-table", {"pyproject.toml": "[tool.pytest.ini_options]\na = 'b'\n"}, IN_PYPROJECT, EVERY),
    ("pyproject-native", {"pyproject.toml": "[tool.pytest]\na = 1\n"}, ("pyproject.toml", NATIVE), EVERY[4:]),
    ("pytest.ini-empty", {"pytest.ini": "", "pyproject.toml": PROJECT}, IN_PYTEST_INI, EVERY),
    (
        "pytest.ini-other-section",
        {"pytest.ini": "[a]\nb = c\n", "setup.cfg": "[tool:pytest]\na = b\n"},
        IN_PYTEST_INI,
        EVERY,
    ),
    (".pytest.ini", {".pytest.ini": "[pytest]\na = b\n"}, (".pytest.ini", ("pytest",)), EVERY[1:]),
    (".pytest.ini-empty", {".pytest.ini": ""}, (".pytest.ini", ("pytest",)), EVERY[4:]),
    (".pytest.ini-that-does-not-count", {".pytest.ini": ""}, IN_PYTEST_INI, EVERY[:4]),
    ("pytest.toml-empty", {"pytest.toml": "", "pytest.ini": "[pytest]\n"}, ("pytest.toml", ("pytest",)), EVERY[4:]),
    ("pytest.toml-too-new", {"pytest.toml": "[pytest]\na = 1\n"}, IN_PYTEST_INI, EVERY[:4]),
    ("tox.ini", {"tox.ini": "[pytest]\na = b\n", "pyproject.toml": PROJECT}, ("tox.ini", ("pytest",)), EVERY),
    ("setup.cfg", {"setup.cfg": "[tool:pytest]\na = b\n"}, ("setup.cfg", ("tool:pytest",)), EVERY),
    ("below", {"sub/pytest.ini": "[pytest]\na = b\n", "sub/setup.py": ""}, IN_PYTEST_INI, EVERY),
]


@pytest.mark.parametrize(
    ("files", "place", "version"),
    [(files, place, version) for _, files, place, versions in LAYOUTS for version in versions],
    ids=[f"{name}-{major}.{minor}" for name, _, _, versions in LAYOUTS for major, minor in versions],
)
def test_pytest_reads_the_option_and_all_it_read_before(
    tmp_path: Path, files: dict[str, str | bytes], place: tuple[str, tuple[str, ...]], version: PytestVersion
) -> None:
    write_tree(tmp_path, files)
    before, config = find_setup(tmp_path, [tmp_path], pytest_version=version), resolve(tmp_path, version)
    assert config_place(tmp_path, config) == ConfigPlace(*place)
    file = tmp_path / place[0]
    data = file.read_bytes() if file.exists() else None
    file.write_bytes(rewrite_file(place[0], data, [SetOption(*place, FIXTURE_OPTION, "session")]))
    after, changed = find_setup(tmp_path, [tmp_path], pytest_version=version), resolve(tmp_path, version)
    assert (after.rootdir, after.inifile) == (before.rootdir, file)
    assert dict(after.section.values) == {**before.section.values, FIXTURE_OPTION: "session"}
    assert changed.options[FIXTURE_OPTION].value == "session"
    assert changed.confcutdir == config.confcutdir
    assert config_place(tmp_path, changed) == ConfigPlace(*place)
    if version == min(INSTALLED, NEWEST):
        found = determine_setup(tmp_path, [str(tmp_path)], None, None)
        assert found == (after.rootdir, after.inifile, dict(after.section.values))


@pytest.mark.parametrize("option", ["addopts = -o asyncio_default_fixture_loop_scope=class", "addopts = -q"])
def test_an_option_that_addopts_overrides_is_named(tmp_path: Path, option: str) -> None:
    write_tree(tmp_path, {"pytest.ini": f"[pytest]\n{option}\n"})
    overridden = config_place(tmp_path, resolve(tmp_path)).overridden
    assert overridden == ((FIXTURE_OPTION,) if "-o" in option else ())
