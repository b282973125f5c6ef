"""A TOML document whose strings are known with their lines, as the readers of requirements need it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from codemod.project.requirement_lines import Dialect, Entry, entry_of, spelt_in
from codemod.project.toml_places import Key, Place, string_places
from codemod.project.toml_text import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class TomlStrings:
    """The data of a document, and where its strings stand; raises TomlSyntaxError where the text is broken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = parse(text)

    @cached_property
    def places(self) -> Mapping[Key, Place]:
        """Return the place of each string value."""
        return string_places(self.text)

    def table(self, *path: str | int) -> dict[str, Any]:
        """Return the table at ``path``; an empty one where there is none."""
        value = self.at(*path)
        return value if isinstance(value, dict) else {}

    def at(self, *path: str | int) -> object:
        """Return the value at ``path``, None where there is none."""
        value: object = self.data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def listed(self, *path: str | int, decides: bool = True, condition: str = "") -> Iterator[Entry]:
        """Yield the strings of the list at ``path``; a table in it, as of ``include-group``, says nothing new."""
        items = self.at(*path)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, str):
                yield self.requirement((*path, index), item, decides=decides, condition=condition)

    def requirement(self, key: Key, text: str, *, decides: bool = True, condition: str = "") -> Entry:
        """Return the requirement ``text``, the value of the string at ``key``."""
        entry = self.placed(entry_of(1, text, key))
        return replace(entry, decides=decides and entry.decides, condition=condition or entry.condition)

    def python(self, *path: str) -> Iterator[Entry]:
        """Yield the wanted Python at ``path`` in PEP 440's form, where there is one."""
        value = self.at(*path)
        if isinstance(value, str):
            yield self.version(path, f"python{value}", value, Dialect.PEP440)

    def version(self, key: Key, text: str, written: str, dialect: Dialect) -> Entry:
        """Return the requirement that is ``text`` in PEP 508 form, where only its version stands at ``key``."""
        return self.placed(Entry(1, text, written, dialect, key, written))

    def placed(self, entry: Entry) -> Entry:
        """Return ``entry`` on the line its source stands on within the string at its key."""
        place = self.places.get(entry.key)
        if place is None:
            return entry
        entry = spelt_in(place.raw, entry)
        return replace(entry, line=place.line + place.raw.count("\n", 0, max(0, place.raw.find(entry.source))))
