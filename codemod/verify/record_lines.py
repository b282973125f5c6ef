"""Read the lines of a probe's record as what they are: text that the code under test could have written.

Whatever is no line of a record (half a line, another type than expected, more than any suite writes) is counted and
left out. Only regular files of the folder itself are opened.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

_FILES, _BYTES, _LINES, _LINE = 100_000, 256 * 1024**2, 2_000_000, 1024**2
"""Bounds for the whole record (files, bytes, lines), and bytes of a line."""

_TEXT, _LISTED, _NUMBER = 20_000, 1000, 2**53
"""Bounds for a value: characters of a text, entries of a list or mapping, a number."""

_NAME = re.compile(r"(\d+-[0-9a-f]{8})\.jsonl")


class GarbledError(ValueError):
    """A line is not what the probe writes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event of one process; what a key has is got by its type, and raises GarbledError where it is another."""

    process: str
    facts: Mapping[str, object]

    def text(self, key: str) -> str:
        """Return a text of bounded length that can be encoded."""
        return _text(self.facts.get(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, of bounded length."""
        found = self.facts.get(key)
        if not isinstance(found, list):
            raise GarbledError(key)
        return tuple(_text(one) for one in found[:_LISTED])

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a mapping of texts to texts, of bounded length."""
        found = self.facts.get(key)
        if not isinstance(found, dict):
            raise GarbledError(key)
        return tuple((_text(name), _text(value)) for name, value in list(found.items())[:_LISTED])

    def number(self, key: str) -> float:
        """Return a finite number."""
        found = self.facts.get(key)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not abs(found) < _NUMBER:
            raise GarbledError(key)
        return found

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None."""
        return None if self.facts.get(key) is None else self.text(key)

    def optional_number(self, key: str) -> int | None:
        """Return a whole number, or None."""
        return None if self.facts.get(key) is None else math.floor(self.number(key))


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise GarbledError("no text")
    return found[:_TEXT].encode("utf-8", "replace").decode()


def each_line(folder: Path, take: Callable[[Line], None]) -> int:
    """Call ``take`` with every line of the record in ``folder`` and return how many were garbled.

    A process's lines come in order; ``take`` raises GarbledError for a line that makes no sense to it.
    """
    garbled = 0
    left = [_BYTES, _LINES]
    for process, file in _files(folder):
        with file:
            for raw in _raw_lines(file, left):
                try:
                    take(Line(process, _parsed(raw)))
                except GarbledError:
                    garbled += 1
    return garbled


def _files(folder: Path) -> Iterator[tuple[str, BinaryIO]]:
    for path in sorted(itertools.islice(folder.iterdir(), _FILES)) if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if (match := _NAME.fullmatch(path.name)) and stat.S_ISREG(path.lstat().st_mode):
                yield match[1], path.open("rb")


def _raw_lines(file: BinaryIO, left: list[int]) -> Iterator[bytes]:
    """Yield lines as long as there is something ``left`` (bytes, lines); too long a line comes as an empty one."""
    while (raw := file.readline(_LINE)) and min(left) > 0:
        left[0] -= len(raw)
        left[1] -= 1
        if len(raw) < _LINE:
            yield raw
        else:
            yield b""
            while raw and not raw.endswith(b"\n") and left[0] > 0:
                raw = file.readline(_LINE)
                left[0] -= len(raw)
    if raw:
        yield b""


def _parsed(raw: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise GarbledError(str(error)) from None
    if not isinstance(found, dict):
        raise GarbledError("no object")
    return found
