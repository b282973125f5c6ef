"""What an option overrides, and which sections pytest passes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.model import Overridden
from codemod.project.pytest_config import resolve

if TYPE_CHECKING:
    from pathlib import Path

MODE = "asyncio_mode"
AUTO = "asyncio_mode = auto\n"
NATIVE = "[tool.pytest]\nasyncio_mode = 'auto'\n"
INI_OPTIONS = "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n"
NATIVE_LATER = ("pyproject.toml", "[tool.pytest]", "pytest reads [tool.pytest] from 9.0 on", (9, 0))

# Files, pytest version, and per section that is passed over: file, header, reason and the first pytest that reads it.
PASSED = [
    (
        {"pytest.ini": "[pytest]\n", "tox.ini": f"[pytest]\n{AUTO}", "setup.cfg": f"[tool:pytest]\n{AUTO}"},
        (9, 2),
        [
            ("tox.ini", "[pytest]", "pytest.ini comes first", None),
            ("setup.cfg", "[tool:pytest]", "pytest.ini comes first", None),
        ],
    ),
    (
        {"pyproject.toml": INI_OPTIONS, "setup.cfg": f"[tool:pytest]\n{AUTO}"},
        (8, 4),
        [("setup.cfg", "[tool:pytest]", "pyproject.toml comes first", None)],
    ),
    (
        {"pyproject.toml": NATIVE},
        (8, 4),
        [NATIVE_LATER],
    ),
    (
        {"pyproject.toml": NATIVE},
        (7, 4),
        [NATIVE_LATER],
    ),
    (
        {"pyproject.toml": NATIVE, "tox.ini": "[pytest]\n"},
        (8, 4),
        [NATIVE_LATER],
    ),
    (
        {"pyproject.toml": NATIVE, "pytest.ini": ""},
        (8, 4),
        [("pyproject.toml", "[tool.pytest]", "pytest.ini comes first", None)],
    ),
    (
        {"pytest.toml": f"[pytest]\n{MODE} = 'auto'\n", "pytest.ini": ""},
        (8, 4),
        [("pytest.toml", "[pytest]", "pytest reads pytest.toml from 9.0 on", (9, 0))],
    ),
    (
        {"pyproject.toml": NATIVE + INI_OPTIONS},
        (8, 4),
        [("pyproject.toml", "[tool.pytest]", "[tool.pytest.ini_options] of the same file is read", None)],
    ),
    (
        {"pytest.ini": f"[tool:pytest]\n{AUTO}"},
        (9, 2),
        [("pytest.ini", "[tool:pytest]", "pytest reads [pytest] of pytest.ini", None)],
    ),
    (
        {"pytest.ini": "", "setup.cfg": f"[pytest]\n{AUTO}"},
        (8, 4),
        [("setup.cfg", "[pytest]", "pytest reads [tool:pytest] of setup.cfg", None)],
    ),
    (
        {"pytest.toml": INI_OPTIONS},
        (9, 2),
        [("pytest.toml", "[tool.pytest.ini_options]", "pytest reads [pytest] of pytest.toml", None)],
    ),
    (
        {"pyproject.toml": f"[pytest]\n{MODE} = 'auto'\n"},
        (9, 2),
        [("pyproject.toml", "[pytest]", "pytest reads [tool.pytest.ini_options] of pyproject.toml", None)],
    ),
]
NOT_PASSED = [
    ({"pytest.ini": f"[pytest]\n{AUTO}"}, (9, 2)),
    ({"pyproject.toml": NATIVE}, (9, 0)),
    ({"pyproject.toml": INI_OPTIONS}, (7, 4)),
    ({"pytest.ini": f"[pytest]\n{AUTO}", "tox.ini": "[tox]\n", "setup.cfg": "[metadata]\nname = x\n"}, (9, 2)),
    ({"pytest.ini": "", "tox.ini": "[pytest]\n", ".pytest.ini": ""}, (8, 4)),
    ({"pytest.ini": "", "setup.cfg": "broken"}, (8, 4)),
    ({"pytest.ini": "", "pyproject.toml": "[tool]\npytest = 1\n"}, (8, 4)),
    ({"pyproject.toml": "[project]\nname = 'x'\n"}, (8, 4)),
]


@pytest.mark.parametrize(("files", "version", "expected"), PASSED)
def test_sections_that_are_not_read(
    tmp_path: Path, files: dict[str, str], version: tuple[int, int], expected: list[object]
) -> None:
    config = resolve(write_tree(tmp_path, {"marker.txt": "", **files}), version)
    assert [(each.path.name, each.title, each.reason, each.since) for each in config.passed_over] == expected


@pytest.mark.parametrize(("files", "version"), NOT_PASSED)
def test_nothing_is_passed_over(tmp_path: Path, files: dict[str, str], version: tuple[int, int]) -> None:
    assert resolve(write_tree(tmp_path, {"marker.txt": "", **files}), version).passed_over == ()


def test_files_above_are_farther_up_to_the_repository(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tox.ini": f"[pytest]\n{AUTO}", "top/.git/x": "", "top/a/x": ""})
    write_tree(tmp_path / "top", {"pytest.ini": f"[pytest]\n{AUTO}", "tox.ini": "[pytest]\n", "a/b/pytest.ini": ""})
    config = resolve(tmp_path / "top" / "a" / "b")
    assert [(each.path, each.reason) for each in config.passed_over] == [
        (tmp_path / "top" / "pytest.ini", "pytest.ini is nearer")
    ]
    assert config.options[MODE].overrides == (Overridden("auto", "../../pytest.ini:2", "pytest.ini is nearer"),)


def test_without_a_repository_nothing_above_is_looked_at(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tox.ini": f"[pytest]\n{AUTO}", "a/pytest.ini": ""})
    if not any((folder / ".git").exists() for folder in tmp_path.parents):
        assert resolve(tmp_path / "a").passed_over == ()


def test_a_file_given_on_the_command_line_passes_the_others_over(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": f"[pytest]\n{AUTO}", "x.ini": "[pytest]\n"})
    config = resolve(tmp_path, args=["-c", "x.ini"])
    assert config.options[MODE].overrides == (Overridden("auto", "pytest.ini:2", "-c x.ini is read instead"),)


def test_an_option_tells_all_it_overrides_in_order(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\nasyncio_mode = strict\naddopts = --asyncio-mode=auto -o asyncio_mode=x\n",
        "tox.ini": "[pytest]\nasyncio_mode = legacy\n",
    }
    option = resolve(write_tree(tmp_path, files), args=["-o", "asyncio_mode=y"]).options[MODE]
    assert (option.value, option.origin) == ("auto", "addopts (pytest.ini:3)")
    wins = "addopts (pytest.ini:3) wins"
    assert option.overrides == (
        Overridden("y", "command line", wins),
        Overridden("x", "addopts (pytest.ini:3)", wins),
        Overridden("strict", "pytest.ini:2", wins),
        Overridden("legacy", "tox.ini:2", "pytest.ini comes first"),
    )


def test_an_override_in_addopts_that_comes_too_late(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "[pytest]\naddopts = -o asyncio_mode=auto -o x\n"})
    option = resolve(tmp_path, (9, 0)).options[MODE]
    assert (option.value, option.origin) == (None, "default")
    reason = "-o has no effect in addopts before pytest 9.1"
    assert option.overrides == (Overridden("auto", "addopts (pytest.ini:2)", reason),)


def test_a_default_of_pytest_is_overridden_too(tmp_path: Path) -> None:
    option = resolve(write_tree(tmp_path, {"pytest.ini": "[pytest]\npython_classes = Check\n"})).options[
        "python_classes"
    ]
    assert option.overrides == (Overridden("Test", "default", "pytest.ini:2 wins"),)


def test_an_option_alone_overrides_nothing(tmp_path: Path) -> None:
    config = resolve(write_tree(tmp_path, {"pytest.ini": f"[pytest]\n{AUTO}testpaths = a\n"}))
    assert {option.overrides for option in config.options.values()} == {()}


def test_a_value_pytest_would_refuse_is_shown_where_it_does_not_count(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pytest.ini": "", "pyproject.toml": "[tool.pytest]\nasyncio_mode = 1\ntestpaths = 'a'\n"})
    config = resolve(tmp_path)
    assert [each.value for name in (MODE, "testpaths") for each in config.options[name].overrides] == ["1", "a"]
