"""Edit TOML files as text: tomlkit locates the place, a splice changes it, tomllib proves the result.

Writing a document back through tomlkit is not exact: a key added to a CRLF file ends in LF, and a comment above the
next table moves behind a new key. So no document is ever dumped here. The text is cut into statements (a header, or
a pair of key and value over one or more lines); the pairs that can hold the wanted key are read by tomlkit, which
says where key and value begin and end; the new text is spliced in between.

Both cuts rest on one fact: a TOML pair that is cut off inside its value never parses. Hence a pair ends at the first
possible end (a line end; in an inline table a comma or a brace) up to which the text parses as a document.

After every operation tomllib reads old and new text: the new data must be the old data with our key changed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from codemod.errors import RewriteError
from codemod.operations import RemoveListItem, RemoveOption, RemoveSection, ReplaceWord, SetOption
from codemod.rewrite.config_text import edited, without_block
from codemod.rewrite.toml_data import items_of, name_of, own_keys, parse, prove, table_at, typed
from codemod.rewrite.toml_lists import without_item
from codemod.source.words import are_plain, in_source, in_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tomlkit.items import Item

    from codemod.operations import ConfigOperation

_CLOSERS = ("]", "}", '"""', "'''")
_FAMILY = "asyncio_"
# A value with more possible ends than this is refused: every one costs a parse of the text before it.
_MOST_ENDS = 500


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header or a pair: ``text[start:end]`` with its line end, in (or opening) the table ``table``."""

    start: int
    end: int
    table: tuple[str, ...]
    is_header: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """A key with its value, as a statement or inside an inline table; ``path`` counts from the document's root."""

    path: tuple[str, ...]
    table: tuple[str, ...]
    start: int
    end: int
    indent: str
    separator: str
    value_start: int
    item: Item


def rewrite(path: str, data: bytes | None, operations: Sequence[ConfigOperation]) -> bytes:
    """Return ``data`` with ``operations`` done in order; None stands for a file that does not exist.

    Raises FileError where the file is not UTF-8 or not TOML, RewriteError where an edit cannot be made exactly.
    """
    return edited(path, data, operations, _apply)


def _apply(path: str, text: str, operation: ConfigOperation) -> str:
    """Return ``text`` after one proven operation."""
    data = parse(path, text)
    table = table_at(path, data, operation.section)
    if isinstance(operation, RemoveSection):
        new = _without_section(path, text, table, operation)
    elif isinstance(operation, RemoveListItem):
        new = _without_item(path, text, table, operation)
    elif isinstance(operation, ReplaceWord):
        new = _with_words(path, text, table, operation)
    elif (operation.key not in table) if isinstance(operation, RemoveOption) else _says(table, operation):
        return text
    elif isinstance(table.get(operation.key), dict):
        raise RewriteError(path, f"{name_of(operation)} is a table, not a value")
    else:
        new = _edit(path, text, operation)
    if new != text:
        prove(path, data, new, operation)
    return new


def _says(table: dict[str, Any], operation: SetOption) -> bool:
    found, value = table.get(operation.key), typed(operation)
    return type(found) is type(value) and found == value


# --- locating ----------------------------------------------------------------------------------------------------


def _statements(path: str, text: str) -> Iterator[_Statement]:
    """Yield the statements of a valid document in order, first an empty header for the root table."""
    table: tuple[str, ...] = ()
    yield _Statement(0, 0, table, is_header=True)
    start = 0
    while start < len(text):
        end = _line_end(text, start)
        line = text[start:end].strip()
        if line.startswith("["):
            table = _header_path(line)
            yield _Statement(start, end, table, is_header=True)
        elif line and not line.startswith("#"):
            end = _first_whole(path, text, start, _line_ends(text, start))
            yield _Statement(start, end, table, is_header=False)
        start = end


def _line_end(text: str, start: int) -> int:
    """Return the offset behind the line end that follows ``start``."""
    return text.find("\n", start) + 1 or len(text)


def _header_path(line: str) -> tuple[str, ...]:
    """Return the names in a header line; one that heads an array of tables reads the same."""
    names: list[str] = []
    value: Any = tomllib.loads(line)
    while value:
        if isinstance(value, list):
            value = value[0]
        else:
            ((name, value),) = value.items()
            names.append(name)
    return tuple(names)


def _line_ends(text: str, start: int) -> Iterator[int]:
    """Yield where a pair may end: behind its first line, then behind each line that could close its value."""
    end = _line_end(text, start)
    yield end
    while end < len(text):
        start, end = end, _line_end(text, end)
        line = text[start:end].rstrip()
        if line.endswith(_CLOSERS) or ("#" in line and any(closer in line for closer in _CLOSERS)):
            yield end


def _first_whole(path: str, text: str, start: int, ends: Iterable[int]) -> int:
    """Return the first of ``ends`` up to which the text from ``start`` is a whole pair."""
    for end in islice(ends, _MOST_ENDS):
        try:
            tomllib.loads(text[start:end])
        except (ValueError, RecursionError):
            continue
        return end
    raise _lost(path, text, start)


def _lost(path: str, text: str, start: int) -> RewriteError:
    line = text.count("\n", 0, start) + 1
    return RewriteError(path, f"line {line}: the extent of this value cannot be determined")


def _read_pair(path: str, text: str, start: int, end: int, table: tuple[str, ...]) -> _Pair:
    """Read the pair at ``text[start:end]``, whose key is relative to ``table``, with tomlkit."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        key, item = tomlkit.key_value(text[start:end])
    except (TOMLKitError, ValueError, RecursionError):
        raise _lost(path, text, start) from None
    indent = item.trivia.indent
    before = f"{indent}{key.as_string()}{key.sep}"
    if not text.startswith(before, start):
        raise _lost(path, text, start)
    names = tuple(part.key for part in key)
    separator = key.sep if key.sep in ("=", " = ") else " = "
    return _Pair((*table, *names), table, start, end, indent, separator, start + len(before), item)


def _value_end(path: str, text: str, pair: _Pair) -> int:
    """Return the offset behind the value; a comment may follow it."""
    value = pair.item.as_string()
    if not text.startswith(value, pair.value_start):
        raise _lost(path, text, pair.start)
    return pair.value_start + len(value)


def _entries(path: str, text: str, host: _Pair) -> list[_Pair]:
    """Return the pairs of the inline table that is the value of ``host``; their ``end`` is the value's end."""
    entries: list[_Pair] = []
    start = host.value_start + 1
    while True:
        start += len(text[start : host.end]) - len(text[start : host.end].lstrip(" \t"))
        if text[start] == "}":
            return entries
        ends = (found.start() for found in re.compile("[,}]").finditer(text, start, host.end))
        end = _first_whole(path, text, start, ends)
        trimmed = start + len(text[start:end].rstrip(" \t"))
        entries.append(_read_pair(path, text, start, trimmed, host.path))
        start = end + (text[end] == ",")


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a key is: its pair, the pairs beside it, and the inline table they are in, if any."""

    statements: list[_Statement]
    host: _Pair | None
    pairs: list[_Pair]
    target: _Pair | None


def _locate(path: str, text: str, section: tuple[str, ...], key: str) -> _Found:
    """Find ``key`` of ``section``, or the pairs beside which it would be."""
    wanted = (*section, key)
    statements = list(_statements(path, text))
    pairs = [
        _read_pair(path, text, each.start, each.end, each.table)
        for each in statements
        if not each.is_header and section[: len(each.table)] == each.table
    ]
    host = None
    while inner := next((each for each in pairs if wanted != each.path == wanted[: len(each.path)]), None):
        host, pairs = inner, _entries(path, text, inner)
    return _Found(statements, host, pairs, next((each for each in pairs if each.path == wanted), None))


# --- editing -----------------------------------------------------------------------------------------------------


def _edit(path: str, text: str, operation: SetOption | RemoveOption) -> str:
    """Return the unproven result of an operation that changes something."""
    found = _locate(path, text, operation.section, operation.key)
    host, pairs, target = found.host, found.pairs, found.target
    if isinstance(operation, RemoveOption):
        if target is None:
            raise RewriteError(path, f"{name_of(operation)} cannot be located")
        return _without_entry(text, pairs, target) if host else _without_lines(text, target)
    if target:
        return _with_value(path, text, target, typed(operation))
    if host:
        return _with_entry(path, text, host, pairs, operation)
    return _with_line(text, [each for each in found.statements if each.is_header], pairs, operation)


def _with_value(path: str, text: str, target: _Pair, value: str | bool) -> str:
    """Replace the value of ``target``; a comment inside an array would be lost, so that is refused."""
    end = _value_end(path, text, target)
    old = text[target.value_start : end]
    if "\n" in old and "#" in old and not isinstance(target.item.value, str):
        raise RewriteError(path, f"{'.'.join(target.path)} has a value of several lines with a comment in it")
    return text[: target.value_start] + _quoted(value, [target]) + text[end:]


def _with_line(text: str, headers: list[_Statement], pairs: list[_Pair], operation: SetOption) -> str:
    """Add the key as a line of its own: in its table, beside its dotted siblings, or in a new table at the end."""
    section = operation.section
    siblings = [each for each in pairs if each.path[: len(section)] == section]
    anchor = _anchor(siblings, section)
    header = next((each for each in headers if each.table == section), None)
    table = anchor.table if anchor else section
    line = _assignment(operation, siblings, anchor, table)
    if anchor:
        return _with_line_at(text, anchor.end, anchor.indent + line)
    if header:
        opening = text[header.start : header.end]
        return _with_line_at(text, header.end, opening[: len(opening) - len(opening.lstrip())] + line)
    return _with_table(text, f"[{_key(section)}]\n{line}")


def _with_line_at(text: str, position: int, line: str) -> str:
    """Insert a line behind the line that ends at ``position``; a file without a final newline stays so."""
    if position and text[position - 1] != "\n":
        return f"{text}\n{line}"
    return f"{text[:position]}{line}\n{text[position:]}"


def _with_table(text: str, table: str) -> str:
    """Append a table behind one blank line; a file without a final newline stays so."""
    if text and not text.endswith("\n"):
        return f"{text}\n\n{table}"
    blank = not text or text[len(text.rstrip(" \t\n")) :].count("\n") > 1
    return f"{text}{'' if blank else chr(10)}{table}\n"


def _with_entry(path: str, text: str, host: _Pair, entries: list[_Pair], operation: SetOption) -> str:
    """Add the key to the inline table of ``host``."""
    anchor = _anchor(entries, operation.section)
    entry = _assignment(operation, entries, anchor, host.path)
    if anchor:
        return f"{text[: anchor.end]}, {entry}{text[anchor.end :]}"
    brace = _value_end(path, text, host) - 1
    return text[:brace] + entry + text[brace:]


def _without_lines(text: str, target: _Pair) -> str:
    """Cut the lines of ``target``; a file without a final newline stays so."""
    cut = target.start - 1 if target.start and text[target.end - 1] != "\n" else target.start
    return text[:cut] + text[target.end :]


def _without_entry(text: str, entries: list[_Pair], target: _Pair) -> str:
    """Cut ``target`` out of an inline table, with the comma before it, or behind it if it is the first."""
    index = entries.index(target)
    start = entries[index - 1].end if index else target.start
    end = entries[1].start if not index and len(entries) > 1 else target.end
    return text[:start] + text[end:]


def _without_item(path: str, text: str, table: dict[str, Any], operation: RemoveListItem) -> str:
    """Cut an entry of a list; the key goes with the last one."""
    items = items_of(table.get(operation.key))
    if items is None or operation.item not in items:
        raise RewriteError(path, f"{name_of(operation)} has no entry {operation.item!r}")
    if all(each == operation.item for each in items):
        return _edit(path, text, RemoveOption(path, operation.section, operation.key))
    target = _locate(path, text, operation.section, operation.key).target
    new = target and without_item(text, target.value_start, _value_end(path, text, target), operation.item)
    if not new:
        raise RewriteError(path, f"the entry {operation.item!r} of {name_of(operation)} cannot be cut out exactly")
    return new


def _with_words(path: str, text: str, table: dict[str, Any], operation: ReplaceWord) -> str:
    """Replace words in the spelling of a value; one that stands in a comment too, or in an escape, is refused."""
    count = in_value(table.get(operation.key), operation.old, operation.old)[1]
    if not count:
        raise RewriteError(path, f"{name_of(operation)} has no word {operation.old!r}")
    if not are_plain(operation.old, operation.new):
        raise RewriteError(path, f"{operation.new!r} cannot stand for {operation.old!r}: they are not plain words")
    target = _locate(path, text, operation.section, operation.key).target
    if target is None:
        raise RewriteError(path, f"{name_of(operation)} cannot be located")
    end = _value_end(path, text, target)
    value, done = in_source(text[target.value_start : end], operation.old, operation.new)
    if done != count:
        raise RewriteError(path, f"{operation.old!r} in {name_of(operation)} cannot be told from its surroundings")
    return text[: target.value_start] + value + text[end:]


def _without_section(path: str, text: str, table: dict[str, Any], operation: RemoveSection) -> str:
    """Cut a table: its header and all up to the next one, or its pairs where no header is its alone."""
    statements = list(_statements(path, text))
    headers = [each for each in statements if each.is_header and each.end]
    index = next((i for i, each in enumerate(headers) if each.table == operation.section), None)
    own, depth = own_keys(table), len(operation.section)
    inside = [each for each in statements if each.table == operation.section and not each.is_header]
    pairs = (_read_pair(path, text, each.start, each.end, each.table) for each in inside)
    if index is None or any(each.path[depth] not in own for each in pairs):
        for key in own:
            text = _edit(path, text, RemoveOption(path, operation.section, key))
        return text
    start, stop = headers[index].start, headers[index + 1].start if index + 1 < len(headers) else len(text)
    lines = [line for line in re.split("(?<=\n)", text) if line]
    first, last = text.count("\n", 0, start), text.count("\n", 0, stop) if stop < len(text) else len(lines)
    return "".join(without_block([*lines], first, last, ("#",)))


def _anchor(pairs: list[_Pair], section: tuple[str, ...]) -> _Pair | None:
    """Return the pair to insert behind: the last of the ``asyncio_`` family in ``section``, else the last of all."""
    family = [each for each in pairs if each.path[:-1] == section and each.path[-1].startswith(_FAMILY)]
    return next(reversed(family or pairs), None)


def _assignment(operation: SetOption, pairs: list[_Pair], anchor: _Pair | None, table: tuple[str, ...]) -> str:
    """Spell key and value for a place in ``table``, in the style of ``pairs``."""
    key = _key((*operation.section[len(table) :], operation.key))
    separator = anchor.separator if anchor else " = "
    return f"{key}{separator}{_quoted(typed(operation), pairs)}"


def _key(names: tuple[str, ...]) -> str:
    import tomlkit

    return tomlkit.key(names).as_string()


def _quoted(value: str | bool, pairs: list[_Pair]) -> str:
    """Spell a string with the quotes most strings in ``pairs`` have; single ones only where nothing needs an escape."""
    import tomlkit
    from tomlkit.items import String

    if isinstance(value, bool):
        return str(value).lower()
    items = [item for each in pairs for item in (each.item if isinstance(each.item, list) else (each.item,))]
    quotes = [item.as_string()[0] for item in items if isinstance(item, String)]
    if quotes.count("'") > quotes.count('"') and "'" not in value and value.isprintable():
        return f"'{value}'"
    return tomlkit.string(value).as_string()
