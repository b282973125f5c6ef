"""The data of a TOML document: what an operation makes of it, and the proof that an edited text says just that."""

from __future__ import annotations

import copy
import re
import tomllib
from typing import TYPE_CHECKING, Any

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveListItem, RemoveOption, RemoveSection, ReplaceWord, SetOption
from codemod.source.words import in_value

if TYPE_CHECKING:
    from codemod.operations import ConfigOperation


_NATIVE = (("tool", "pytest"), ("pytest",))


def parse(path: str, text: str) -> dict[str, Any]:
    """Return the data of ``text``, floats as their spelling: two NaN would never be equal in the proof.

    Raises FileError, with the line, where it is not TOML.
    """
    try:
        return tomllib.loads(text, parse_float=lambda spelling: ("float", spelling))
    except RecursionError:
        raise FileError(path, "nested too deeply to be read as TOML") from None
    except ValueError as error:
        message, _, where = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = found.group(1) if found else text.count("\n") + (not text.endswith("\n"))
        raise FileError(path, f"line {line}: not valid TOML: {message}") from None


def table_at(path: str, data: dict[str, Any], section: tuple[str, ...]) -> dict[str, Any]:
    """Return the table at ``section``, empty where there is none; raise RewriteError for another kind of value."""
    for depth, name in enumerate(section, start=1):
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise RewriteError(path, f"{'.'.join(section[:depth])} is not a table")
        data = found
    return data


def name_of(operation: ConfigOperation) -> str:
    """Return the dotted name of what ``operation`` changes."""
    key = () if isinstance(operation, RemoveSection) else (operation.key,)
    return ".".join((*operation.section, *key))


def typed(operation: SetOption) -> str | bool:
    """Return the value as TOML has to hold it: for an option that is on or off, pytest's own tables want a boolean."""
    if operation.section in _NATIVE and operation.value in ("true", "false"):
        return operation.value == "true"
    return operation.value


def prove(path: str, data: dict[str, Any], new: str, operation: ConfigOperation) -> None:
    """Raise RewriteError unless ``new`` holds ``data`` with what the operation names changed and nothing else."""
    expected = copy.deepcopy(data)
    try:
        new.encode()
        found = parse(path, new)
        proven = _compared(found, operation) == _compared(_change(expected, operation), operation)
    except (FileError, UnicodeEncodeError):
        proven = False
    if not proven:
        raise RewriteError(path, f"{name_of(operation)} cannot be edited without a change to something else")


def _change(data: dict[str, Any], operation: ConfigOperation) -> dict[str, Any]:
    """Do ``operation`` to ``data`` itself, and return it."""
    table = data
    for name in operation.section:
        table = table.setdefault(name, {})
    match operation:
        case SetOption(key=key):
            table[key] = typed(operation)
        case RemoveOption(key=key):
            del table[key]
        case RemoveSection(section=section):
            for key in own_keys(table):
                del table[key]
            _drop_if_empty(data, section)
        case RemoveListItem(key=key, item=item):
            table[key] = [each for each in items_of(table[key]) or () if each != item]
            if not table[key]:
                del table[key]
        case ReplaceWord(key=key, old=old, new=new):
            table[key] = in_value(table[key], old, new)[0]
    return data


def _compared(data: dict[str, Any], operation: ConfigOperation) -> dict[str, Any]:
    """Return ``data`` in the form in which it is compared: a list as its entries, no parent left empty."""
    if isinstance(operation, RemoveSection):
        for depth in range(len(operation.section) - 1, 0, -1):
            _drop_if_empty(data, operation.section[:depth])
    if isinstance(operation, RemoveListItem):
        table = data
        for name in operation.section:
            table = table.get(name, {})
        if operation.key in table:
            table[operation.key] = items_of(table[operation.key])
    return data


def _drop_if_empty(data: dict[str, Any], section: tuple[str, ...]) -> None:
    for name in section[:-1]:
        data = data.get(name, {})
    if data.get(section[-1]) == {}:
        del data[section[-1]]


def items_of(value: object) -> list[Any] | None:
    """Return the entries of a list option as pytest reads it, None for a value that is no list."""
    if isinstance(value, str):
        return [line.strip() for line in value.split("\n") if line.strip()]
    return value if isinstance(value, list) else None


def own_keys(table: dict[str, Any]) -> list[str]:
    """Return the keys of a table that are no tables of their own, nor arrays of tables."""
    return [key for key, value in table.items() if not isinstance(value, dict) and not _holds_tables(value)]


def _holds_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
