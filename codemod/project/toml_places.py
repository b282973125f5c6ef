"""Where each string value of a TOML document is written, because tomllib keeps no positions."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

Key = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
    (?P<string>"""(?:\\.|[^"\\]|"{1,2}(?!"))*"{3,5}|\'\'\'(?:[^']|'{1,2}(?!'))*'{3,5}|"(?:\\.|[^"\\])*"|'[^']*')
    |(?P<skip>[ \t\r]+|\#[^\n]*)|(?P<mark>[\[\]{},=.\n])|(?P<bare>[^\s\[\]{},="'\#.]+)
    ''',
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """The line (from 1) a string begins on, and its literal with the quotes."""

    line: int
    raw: str


@dataclass(slots=True)
class _Open:
    """A table or array that is being read; ``waiting`` while a value has to come, ``parts`` are of the key before."""

    path: Key
    is_array: bool = False
    waiting: bool = False
    parts: list[str] = field(default_factory=list)
    index: int = 0

    def key(self) -> Key:
        return (*self.path, self.index) if self.is_array else (*self.path, *self.parts)


def string_places(text: str) -> dict[Key, Place]:
    """Return the places of all string values of a valid document, by the way to each through tables and arrays."""
    places: dict[Key, Place] = {}
    scanner = _Scanner()
    line, counted = 1, 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "skip":
            continue
        key = scanner.take(token[0], token.lastgroup)
        if key is not None:
            line += text.count("\n", counted, token.start())
            counted = token.start()
            places[key] = Place(line, token[0])
    return places


@dataclass(slots=True)
class _Scanner:
    """Knows at each token of a valid document what is open there."""

    opened: list[_Open] = field(default_factory=lambda: [_Open(())])
    counts: dict[Key, int] = field(default_factory=dict)
    brackets: int = 0

    def take(self, token: str, kind: str | None) -> Key | None:
        """Take in one token; return the key where it is a string value."""
        top = self.opened[-1]
        if top.waiting:
            return self.value(top, token, kind)
        if kind == "mark":
            self.mark(top, token)
        elif not top.is_array:
            top.parts.append(_unquoted(token))
        return None

    def value(self, top: _Open, token: str, kind: str | None) -> Key | None:
        if token == "\n":
            return None
        if token == "]":  # an empty array, or a comma before its end
            self.opened.pop()
            return None
        top.waiting = False
        if token in "[{":
            array = token == "["
            self.opened.append(_Open(top.key(), is_array=array, waiting=array))
        return top.key() if kind == "string" else None

    def mark(self, top: _Open, token: str) -> None:
        inner = len(self.opened) > 1
        if token == "=":
            top.waiting = True
        elif inner and token in "]}":
            self.opened.pop()
        elif inner and token == ",":
            top.index, top.parts, top.waiting = top.index + 1, [], top.is_array
        elif not inner and token == "[":
            self.brackets += 1
        elif not inner and token == "]" and top.parts:
            top.path, top.parts = self.header(top.parts, self.brackets == 2), []
        elif not inner and token == "\n":
            top.parts, self.brackets = [], 0

    def header(self, parts: list[str], repeated: bool) -> Key:
        """Return the path a header opens; each ``[[x]]`` is one more element of the array ``x``."""
        path: Key = ()
        for part in parts[:-1]:
            path = self.element((*path, part))
        path = (*path, parts[-1])
        if repeated:
            self.counts[path] = self.counts.get(path, -1) + 1
        return self.element(path)

    def element(self, path: Key) -> Key:
        return (*path, self.counts[path]) if path in self.counts else path


def _unquoted(part: str) -> str:
    if part.startswith('"') and "\\" in part:
        return str(tomllib.loads(f"k = {part}")["k"])
    return part[1:-1] if part[0] in "\"'" else part
