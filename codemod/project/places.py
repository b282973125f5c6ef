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


@dataclass(frozen=True, slots=True)
class ConfigPlace:
    """Root-relative file and section for pytest options; ``overridden`` names options set in addopts, which wins."""

    path: str
    section: tuple[str, ...]
    overridden: tuple[str, ...] = ()


def config_place(root: Path, config: PytestConfig) -> ConfigPlace:
    """Return the inifile's section, else the table of an existing pyproject.toml, else a pytest.ini to be made.

    A pyproject.toml that has options for pytest 9 only gets no second table: pytest 9 would refuse it.
    """
    overridden = tuple(n for n in (FIXTURE_OPTION, TEST_OPTION) if "addopts" in config.options[n].origin)
    inifile, pyproject = config.inifile, root / "pyproject.toml"
    new = ConfigPlace("pytest.ini", ("pytest",), overridden)
    if inifile is not None and config.section:
        path = inifile.resolve().relative_to(root.resolve()).as_posix()
        unread = config.section == INI_OPTIONS and not config.keys and _has_native_options(inifile)
        return new if unread else ConfigPlace(path, config.section, overridden)
    if pyproject.is_file() and not _has_native_options(pyproject):
        return ConfigPlace("pyproject.toml", INI_OPTIONS, overridden)
    return new


def _has_native_options(path: Path) -> bool:
    """Tell whether a file whose ini_options are empty or missing has options in [tool.pytest], which pytest 9 reads."""
    table = parse(path.read_text(encoding="utf-8")).get("tool", {}).get("pytest", {})
    return bool({*table} - {"ini_options"})
