"""Requirements in conda's environment files and in pre-commit's configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemod.project.conda_constraints import to_specifier
from codemod.project.requirement_lines import (
    Dialect,
    Entry,
    Include,
    entry_of,
    is_plugin,
    name_of,
    parse_line,
    spelt_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.source.yaml_text import Scalar

    Items = Iterator[Entry | Include]

_ITEM = re.compile(r"""\s*-\s+["']?(?P<text>(?:[\w./-]+::)?[A-Za-z_][^"'#]*)""")
_INCLUDE_ITEM = re.compile(r"""\s*-\s+["']?(?P<text>-[rc]\s*[^"'#]+)""")
_SPEC = re.compile(r"(?:[\w./-]+::)?(?P<name>[A-Za-z_][\w.-]*)(?P<rest>.*)$", re.DOTALL)
_HOOKS = ("repos", "hooks", "additional_dependencies")
_LARGEST = 256 * 1024


def read_conda(text: str) -> Items:
    """Yield the dependencies of an environment file, conda's own and those under ``pip:``.

    A file that is no YAML, as a template may be, is read line by line; its requirements cannot be edited then.
    """
    from codemod.source.yaml_text import scalars

    try:
        found = scalars(text) if len(text) < _LARGEST else None  # locating is slow
    except ValueError:
        found = None
    if found is None:
        yield from _conda_lines(text)
        return
    for scalar in found:
        if len(scalar.key) == 3 and scalar.key[1] == "dependencies":
            yield _placed(text, scalar, conda_entry(scalar.line, scalar.value.strip()))
        elif len(scalar.key) == 5 and (scalar.key[1], scalar.key[3]) == ("dependencies", "pip"):
            item = parse_line(scalar.line, scalar.value)
            if item is not None:
                yield _placed(text, scalar, item) if isinstance(item, Entry) else item


def read_pre_commit(text: str) -> Iterator[Entry]:
    """Yield the ``additional_dependencies`` of hooks that install pytest-asyncio; raise ValueError for no YAML.

    Each hook has an environment of its own: what another one installs has nothing to do with the plugin.
    """
    from codemod.source.yaml_text import scalars

    hooks: dict[tuple[str | int, ...], list[Entry]] = {}
    for scalar in scalars(text):
        if len(scalar.key) == 7 and scalar.key[1::2] == _HOOKS:
            entry = _placed(text, scalar, entry_of(scalar.line, scalar.value.strip()))
            hooks.setdefault(scalar.key[:-1], []).append(replace(entry, decides=False))
    for entries in hooks.values():
        if any(is_plugin(entry.text) for entry in entries):
            yield from entries


def conda_entry(line: int, text: str) -> Entry:
    """Return the entry for a match specification of conda: ``channel::name =1.2``, ``name >=1,<2``, ``name=1=b0``."""
    match = _SPEC.match(text)
    if match is None:
        return Entry(line, name_of(text), dialect=Dialect.CONDA)
    written = match["rest"].strip()
    if any(mark in written for mark in "[|{$"):  # brackets, alternatives, a template
        return Entry(line, match["name"], written, Dialect.CONDA, held="computed")
    return Entry(line, f"{match['name']}{to_specifier(written)}", written, Dialect.CONDA, source=text)


def _placed(text: str, scalar: Scalar, entry: Entry) -> Entry:
    raw = text[scalar.start : scalar.end]
    found = spelt_in(raw, replace(entry, key=scalar.key))
    return replace(found, line=scalar.line + raw.count("\n", 0, max(0, raw.find(found.source))))


def _conda_lines(text: str) -> Items:
    """Yield the list items of what may be YAML, without reading it."""
    for number, line in enumerate(text.split("\n"), 1):
        if match := _INCLUDE_ITEM.match(line):
            item = parse_line(number, match["text"])
            if item is not None:
                yield item
        elif match := _ITEM.match(line):
            yield replace(conda_entry(number, match["text"].strip()), source="", held="template")
