"""Where the loop scope options are, or would be, written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.project.pytest_tables import INI_OPTIONS
from codemod.project.toml_text import parse

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.project.pytest_config import PytestConfig

FIXTURE_OPTION = "asyncio_default_fixture_loop_scope"
TEST_OPTION = "asyncio_default_test_loop_scope"
COMMAND = "command"
"""The first word of the origin of an option that a command of the repository sets: ``command (tox.ini:7)``."""


@dataclass(frozen=True, slots=True)
class ConfigPlace:
    """Root-relative file and section for pytest options.

    ``overridden`` names options set in addopts, and ``commanded`` those that all commands set: both win over the file.
    """

    path: str
    section: tuple[str, ...]
    overridden: tuple[str, ...] = ()
    commanded: tuple[str, ...] = ()


def config_place(root: Path, config: PytestConfig) -> ConfigPlace:
    """Return the inifile's section, else the table of an existing pyproject.toml, else a pytest.ini to be made.

    A pyproject.toml that has options for pytest 9 only gets no second table: pytest 9 would refuse it.
    """
    path, section = _file_and_section(root, config)
    origins = {name: config.options[name].origin for name in (FIXTURE_OPTION, TEST_OPTION)}
    overridden = tuple(name for name, origin in origins.items() if "addopts" in origin)
    commanded = tuple(name for name, origin in origins.items() if origin.startswith(f"{COMMAND} ("))
    return ConfigPlace(path, section, overridden, commanded)


def _file_and_section(root: Path, config: PytestConfig) -> tuple[str, tuple[str, ...]]:
    inifile, pyproject = config.inifile, root / "pyproject.toml"
    new = "pytest.ini", ("pytest",)
    if inifile is not None and config.section:
        unread = config.section == INI_OPTIONS and not config.keys and _has_native_options(inifile)
        return new if unread else (inifile.resolve().relative_to(root.resolve()).as_posix(), config.section)
    return (pyproject.name, INI_OPTIONS) if pyproject.is_file() and not _has_native_options(pyproject) else new


def _has_native_options(path: Path) -> bool:
    """Tell whether a file whose ini_options are empty or missing has options in [tool.pytest], which pytest 9 reads."""
    table = parse(path.read_text(encoding="utf-8")).get("tool", {}).get("pytest", {})
    return bool({*table} - {"ini_options"})
