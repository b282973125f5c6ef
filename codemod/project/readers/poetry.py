"""Tables of requirements, a name and its version each: Poetry's, and those of a Pipfile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.project.poetry_constraints import to_specifier
from codemod.project.readers.toml_strings import TomlStrings
from codemod.project.requirement_lines import Dialect, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.project.toml_places import Key

    Path = tuple[str, ...]

_NO_PACKAGES = ("source", "requires", "scripts", "pipenv")
_PACKAGES = ("packages", "dev-packages")


def read_poetry(file: TomlStrings) -> Iterator[Entry]:
    """Yield what the tables of Poetry ask for, those of PEP 621 left out."""
    base = ("tool", "poetry")
    groups = [("group", name, "dependencies") for name in file.table(*base, "group")]
    for path in [("dependencies",), ("dev-dependencies",), *groups]:
        for name, value in file.table(*base, *path).items():
            yield from _versions(file, (*base, *path, name), value, name, to_specifier, Dialect.POETRY)


def read_pipfile(text: str) -> Iterator[Entry]:
    """Yield the requirements of a Pipfile with all its categories; raise TomlSyntaxError."""
    file = TomlStrings(text)
    python = file.at("requires", "python_version")
    if isinstance(python, str):
        yield file.version(("requires", "python_version"), f"python=={python}.*", python, Dialect.SERIES)
    categories = sorted(set(file.data) - {*_NO_PACKAGES, *_PACKAGES})
    for section in (*_PACKAGES, *categories):
        for name, value in file.table(section).items():
            for entry in _versions(file, (section, name), value, name, _any_as_none, Dialect.PEP440):
                yield entry if section in _PACKAGES else replace(entry, decides=False)


def _any_as_none(version: str) -> str:
    return "" if version == "*" else version


def _versions(
    file: TomlStrings, key: Key, value: object, name: str, to_pep440: Callable[[str], str], dialect: Dialect
) -> Iterator[Entry]:
    """Yield the constraints of a value: text, a table with ``version``, or a list of either."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _versions(file, (*key, index), each, name, to_pep440, dialect)
    elif isinstance(value, dict):
        version = value.get("version")
        if isinstance(version, str):
            entry = file.version((*key, "version"), f"{name}{to_pep440(version)}", version, dialect)
            yield replace(entry, condition=_condition(value))
        else:
            line = min((place.line for at, place in file.places.items() if at[: len(key)] == key), default=1)
            yield Entry(line, name, "*", dialect, key, held="url", condition=_condition(value))
    elif isinstance(value, str):
        yield file.version(key, f"{name}{to_pep440(value)}", value, dialect)


def _condition(table: dict[str, object]) -> str:
    """Return what the requirement of an inline table depends on, as it says it."""
    python, markers = table.get("python"), table.get("markers")
    said = [f"python {python}" if isinstance(python, str) else "", markers if isinstance(markers, str) else ""]
    return "; ".join(filter(None, said))
