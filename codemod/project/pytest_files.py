"""Which file names pytest looks for in a folder, and what one such file says.

What differs between versions is told at the head of pytest_config.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from codemod.errors import ConfigError
from codemod.project.pytest_tables import INI_OPTIONS, PytestVersion, Section, other_table, toml_section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import iniconfig

NEWEST: PytestVersion = (9, 2)

# In pytest's order, with the version that first looks for each.
NAMES: Mapping[str, PytestVersion] = {
    "pytest.toml": (9, 0),
    ".pytest.toml": (9, 0),
    "pytest.ini": (0, 0),
    ".pytest.ini": (7, 2),
    "pyproject.toml": (0, 0),
    "tox.ini": (0, 0),
    "setup.cfg": (0, 0),
}
SECTIONS = {".ini": ("pytest",), ".cfg": ("tool:pytest",), ".toml": INI_OPTIONS}
_CFG, _INI = "tool:pytest", "pytest"


def file_names(version: PytestVersion) -> list[str]:
    """Return the file names that pytest looks for, in its order."""
    return [name for name, since in NAMES.items() if version >= since]


def load(path: Path, version: PytestVersion) -> Section | None:
    """Return the section of ``path`` that counts, None where there is none; raise ConfigError for a broken file."""
    if path.suffix == ".toml":
        return toml_section(path, read_text(path), version)
    if path.suffix == ".cfg":
        config = _parsed(path)
        if _CFG not in config.sections and _INI in config.sections:
            line = config.lineof(_INI)
            raise ConfigError(f"{path}:{line}: pytest refuses [pytest] in a .cfg file; the section is [tool:pytest]")
        return _section(config, _CFG)
    if path.suffix != ".ini":
        return None
    always = path.name == "pytest.ini" or (path.name == ".pytest.ini" and version >= (9, 0))
    return _section(_parsed(path), _INI) or (Section((_INI,)) if always else None)


def misplaced(path: Path) -> Section | None:
    """Return a section that pytest reads from files of another name only, None without one; raise as ``load``."""
    if path.suffix == ".toml":
        return other_table(path, read_text(path))
    return _section(_parsed(path), _INI if path.suffix == ".cfg" else _CFG)


def read_text(path: Path) -> str:
    """Return the text of a file; raise ConfigError, naming it, where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def is_file(path: Path) -> bool:
    """Tell whether ``path`` is a file; no error for one in a folder we may not search."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises there


def _parsed(path: Path) -> iniconfig.IniConfig:
    import iniconfig

    try:
        return iniconfig.IniConfig(path, data=read_text(path))
    except iniconfig.ParseError as error:
        raise ConfigError(f"{path}:{error.lineno + 1}: {error.msg}") from error


def _section(config: iniconfig.IniConfig, name: str) -> Section | None:
    if name not in config.sections:
        return None
    values = dict(config[name].items())
    return Section((name,), values, {key: config.lineof(name, key) for key in values})
