"""Which table of a TOML file configures pytest, by file name and pytest version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from codemod.errors import ConfigError
from codemod.project.toml_text import TomlSyntaxError, key_line, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PytestVersion: TypeAlias = tuple[int, int]

INI_OPTIONS = ("tool", "pytest", "ini_options")
NATIVE = ("tool", "pytest")
_OWN_FILES = ("pytest.toml", ".pytest.toml")


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a file that pytest reads: its path as ``operations.SetOption`` wants it, its values and their lines.

    ``native`` means that values keep their TOML types (pytest >= 9); else every value is a string or a list.
    ``shadowed`` is a native table beside this one: up to pytest 8 nothing reads it, pytest 9 refuses the two together.
    """

    path: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int | None] = field(default_factory=dict)
    native: bool = False
    shadowed: Section | None = None


def toml_section(path: Path, text: str, version: PytestVersion) -> Section | None:
    """Return the pytest section of the TOML file ``path``, or None where it has none that counts.

    Raise ConfigError for broken TOML and for what pytest itself refuses.
    """
    try:
        document = parse(text)
    except TomlSyntaxError as error:
        raise ConfigError(f"{path}{f':{error.line}' if error.line else ''}: {error}") from error
    if is_own_file(path, version):
        return _pytest_table(path, text, document, version) or Section(("pytest",), native=True)
    section = _tool_pytest(path, text, document, version)
    if version < (9, 2) or path.name == "pyproject.toml":
        return section
    if section is None:
        return _pytest_table(path, text, document, version)
    if "pytest" in document:
        raise ConfigError(f"{path}: pytest refuses [pytest] beside [tool.pytest] in one file")
    return section


def is_own_file(path: Path, version: PytestVersion) -> bool:
    """Tell whether ``path`` is pytest's own TOML file, read from [pytest]; it counts even when empty."""
    return path.name in _OWN_FILES and version >= (9, 0)


def other_table(path: Path, text: str) -> Section | None:
    """Return a table of ``path`` that pytest reads from files of another name only, None without one.

    That is [pytest] of pyproject.toml, and [tool.pytest] or [tool.pytest.ini_options] of pytest's own files. Raise
    ConfigError for broken TOML.
    """
    try:
        document = parse(text)
    except TomlSyntaxError as error:
        raise ConfigError(f"{path}: {error}") from error
    if path.name not in _OWN_FILES:
        table = document.get("pytest")
        return _section(path, text, ("pytest",), table, native=True) if isinstance(table, dict) else None
    table = document.get("tool", {}).get("pytest", {}) if isinstance(document.get("tool", {}), dict) else {}
    inner = table.get("ini_options") if isinstance(table, dict) else None
    if isinstance(inner, dict):
        return _section(path, text, INI_OPTIONS, inner, native=False)
    return _section(path, text, NATIVE, table, native=True) if isinstance(table, dict) and table else None


def _pytest_table(path: Path, text: str, document: dict[str, Any], version: PytestVersion) -> Section | None:
    if "pytest" in document:
        return _section(path, text, ("pytest",), document["pytest"], native=True)
    loose = [key for key, value in document.items() if not isinstance(value, dict)]
    if loose and version >= (9, 2):
        line = key_line(text, (), loose[0])
        raise ConfigError(f"{path}:{line}: options must be under [pytest] (found at the top: {', '.join(loose)})")
    return None


def _tool_pytest(path: Path, text: str, document: dict[str, Any], version: PytestVersion) -> Section | None:
    tool = _table(path, document.get("tool", {}), "tool")
    table = _table(path, tool.get("pytest", {}), "tool.pytest")
    native = {key: value for key, value in table.items() if key != "ini_options"}
    ini = table.get("ini_options")
    beside = _section(path, text, NATIVE, native, native=True) if native else None
    if beside is not None and not ini and version >= (9, 0):
        return beside
    if ini is None:
        return None
    options = _table(path, ini, ".".join(INI_OPTIONS))
    texts = {key: value if isinstance(value, list) else str(value) for key, value in options.items()}
    return _section(path, text, INI_OPTIONS, texts, native=False, shadowed=beside if ini else None)


def _section(
    path: Path,
    text: str,
    table: tuple[str, ...],
    values: object,
    *,
    native: bool,
    shadowed: Section | None = None,
) -> Section:
    options = _table(path, values, ".".join(table))
    return Section(table, options, {key: key_line(text, table, key) for key in options}, native, shadowed)


def _table(path: Path, value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: {name} is not a table")
    return value
