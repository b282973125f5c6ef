"""The options in force as a table for people: what each is, where it comes from, and what it overrides."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from codemod.report.escape import escape, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemod.model import OptionValue
    from codemod.report.style import Pen

_WIDEST = 44
"""A longer value does not move the column after it; what follows it is merely not aligned."""

_INSTEAD = "  instead of"


def option_table(options: Iterable[OptionValue], pen: Pen) -> list[str]:
    """Return the options as aligned lines, those that are neighbours and of one kind (asyncio or not) together.

    Values that do not count stand below the one that does, with the place they stand in and the reason.
    """
    groups = [list(group) for _, group in groupby(options, key=lambda option: option.name.startswith("asyncio_"))]
    lines = ["" if index else None for index in range(len(groups))]
    tables = [_group(group, pen) for group in groups]
    return [line for gap, table in zip(lines, tables, strict=True) for line in (gap, *table) if line is not None]


def invocation_lines(commands: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return a section with each command that runs pytest: its place, what it overrides, and how far it counts."""
    rows = [
        f"  {escape(place)}: {escape(overrides)}{f' ({escape(known)})' if known else ''}"
        for place, overrides, known in commands
    ]
    return ["", "pytest is run by", *rows] if rows else []


def _group(options: Sequence[OptionValue], pen: Pen) -> list[str]:
    rows = [row for option in options for row in _rows(option)]
    first = max(width(name) for name, _, _ in rows)
    second = max((size for _, value, _ in rows if (size := width(value)) <= _WIDEST), default=0)
    return [_line(row, first, second, pen) for row in rows]


def _rows(option: OptionValue) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and origin; a value of several lines takes several rows."""
    values = ["not set"] if option.value is None else _values(option.value)
    yield escape(option.name), values[0], escape(option.origin)
    yield from (("", value, "") for value in values[1:])
    for each in option.overrides:
        texts = _values(each.value)
        yield _INSTEAD, texts[0], f"{escape(each.origin)}: {escape(each.reason)}"
        yield from (("", text, "") for text in texts[1:])


def _values(value: str) -> list[str]:
    return [escape(line) for line in value.split("\n")] if value else ["(empty)"]


def _line(row: tuple[str, str, str], first: int, second: int, pen: Pen) -> str:
    name, value, origin = row
    padded = value if not origin else _padded(value, second)
    text = "  ".join((_padded(name, first), padded, origin)).rstrip()
    if name in ("", _INSTEAD):
        return pen.paint("dim", text) if name else text
    return pen.paint("bold", text[: len(name)]) + text[len(name) :]


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
