"""Requirements in pyproject.toml and in the files that hold one of its tables alone (hatch.toml, uv.toml, tox.toml)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.project.readers.ini_files import tox_deps, without_tox_root
from codemod.project.readers.poetry import read_poetry
from codemod.project.readers.toml_strings import TomlStrings
from codemod.project.requirement_lines import Entry, Include, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.project.toml_places import Key

    Path = tuple[str, ...]
    Items = Iterator[Entry | Include]

_UV_LISTS = ("dev-dependencies", "constraint-dependencies", "override-dependencies")
_HATCH_LISTS = ("dependencies", "extra-dependencies")


def read_pyproject(text: str) -> Items:
    """Yield the requirements of a pyproject.toml; raise TomlSyntaxError."""
    file = TomlStrings(text)
    yield from file.python("project", "requires-python")
    yield from file.listed("project", "dependencies")
    for tables in (("project", "optional-dependencies"), ("dependency-groups",), ("tool", "pdm", "dev-dependencies")):
        yield from _lists_of(file, tables)
    yield from _uv(file, ("tool", "uv"))
    yield from _hatch(file, ("tool", "hatch"))
    yield from read_poetry(file)
    yield from file.listed("build-system", "requires", decides=False)
    yield from file.listed("tool", "rye", "dev-dependencies", decides=False)
    yield from _lists_of(file, ("tool", "flit", "metadata", "requires-extra"), decides=False)
    yield from _setuptools(file)
    yield from _tox(file, ("tool", "tox"))
    yield from _legacy_tox(file)


def read_hatch(text: str) -> Items:
    """Yield the requirements of a hatch.toml; raise TomlSyntaxError."""
    yield from _hatch(TomlStrings(text), ())


def read_uv(text: str) -> Items:
    """Yield the requirements of a uv.toml; raise TomlSyntaxError."""
    yield from _uv(TomlStrings(text), ())


def read_tox(text: str) -> Items:
    """Yield the requirements of a tox.toml; raise TomlSyntaxError."""
    yield from _tox(TomlStrings(text), ())


def _lists_of(file: TomlStrings, table: Path, decides: bool = True) -> Iterator[Entry]:
    for name in file.table(*table):
        yield from file.listed(*table, name, decides=decides)


def _uv(file: TomlStrings, base: Path) -> Iterator[Entry]:
    for name in _UV_LISTS:
        yield from file.listed(*base, name)
    yield from file.listed(*base, "build-constraint-dependencies", decides=False)


def _hatch(file: TomlStrings, base: Path) -> Iterator[Entry]:
    for env in file.table(*base, "envs"):
        for name in _HATCH_LISTS:
            yield from file.listed(*base, "envs", env, name)
        overrides = (*base, "envs", env, "overrides")
        for source, variables in file.table(*overrides).items():
            for variable in variables if isinstance(variables, dict) else ():
                yield from _overrides(file, (*overrides, source, variable), f"{source}.{variable}")


def _overrides(file: TomlStrings, table: Path, condition: str) -> Iterator[Entry]:
    """Yield what hatch adds to an environment for a value of its matrix: strings, or tables with ``value``."""
    for option in file.table(*table):
        if option.removeprefix("set-") in _HATCH_LISTS:
            yield from file.listed(*table, option, decides=False, condition=condition)
            items = file.at(*table, option)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict) and isinstance(item.get("value"), str):
                    key: Key = (*table, option, index, "value")
                    yield file.requirement(key, item["value"], decides=False, condition=condition)


def _setuptools(file: TomlStrings) -> Iterator[Include]:
    """Yield the files whose lines setuptools takes for dependencies and extras."""
    dynamic = ("tool", "setuptools", "dynamic")
    extras = [(*dynamic, "optional-dependencies", name) for name in file.table(*dynamic, "optional-dependencies")]
    for path in [(*dynamic, "dependencies"), *extras]:
        named = file.at(*path, "file")
        for target in [named] if isinstance(named, str) else named if isinstance(named, list) else ():
            if isinstance(target, str):
                yield Include(1, target, decides=False)


def _tox(file: TomlStrings, base: Path) -> Items:
    tables: Iterable[Path] = [("env_run_base",), *(("env", name) for name in file.table(*base, "env"))]
    for table in tables:
        for entry in file.listed(*base, *table, "deps", decides=False):
            item = parse_line(entry.line, without_tox_root(entry.source or entry.text))
            yield replace(item, decides=False) if isinstance(item, Include) else entry


def _legacy_tox(file: TomlStrings) -> Items:
    """Yield the dependencies in tox.ini's format within one string."""
    key = ("tool", "tox", "legacy_tox_ini")
    text = file.at(*key)
    if not isinstance(text, str) or key not in file.places:
        return
    place = file.places[key]
    # A newline right after the quotes is not part of the value.
    before = place.line - 1 + place.raw[3:].startswith("\n")
    lines = place.raw.split("\n")
    for item in tox_deps(text):
        line = before + item.line
        there = lines[line - place.line] if line - place.line < len(lines) else ""
        if isinstance(item, Include):
            yield replace(item, line=line, decides=False)
        elif item.source and item.source not in there:  # an escape or a joined line
            yield replace(item, line=line, key=key, source="", held="computed", decides=False)
        else:
            yield replace(item, line=line, key=key, decides=False)
