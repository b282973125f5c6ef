"""The lines of pip's requirements format, as they count for those who read such a file and for those who change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def logical_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each logical line: the number (from 1) of its first line, and its parts, without the backslashes between.

    A line that ends in a backslash goes on in the next; a line that is a comment does not. Comments are left in.
    """
    start, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        start = start if parts else number
        line = line.rstrip("\r")
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
        else:
            yield start, [*parts, line]
            parts = []
    if parts:
        yield start, parts
