"""Where the loop scope options are, or would be, written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """Return the inifile's section, else the table of an existing pyproject.toml, else a pytest.ini to be made."""
    origins = {name: config.options[name].origin for name in (FIXTURE_OPTION, TEST_OPTION)}
    overridden = tuple(name for name, origin in origins.items() if "addopts" in origin)
    commanded = tuple(name for name, origin in origins.items() if origin.startswith(f"{COMMAND} ("))
    inifile = config.inifile
    if inifile is not None and config.section:
        path = inifile.resolve().relative_to(root.resolve()).as_posix()
        return ConfigPlace(path, config.section, overridden, commanded)
    if (root / "pyproject.toml").is_file():
        return ConfigPlace("pyproject.toml", ("tool", "pytest", "ini_options"), overridden, commanded)
    return ConfigPlace("pytest.ini", ("pytest",), overridden, commanded)
