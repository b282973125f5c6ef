"""Reading TOML with line numbers: one parse function and a textual search for where a key is written."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_ERROR_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_HEADER = re.compile(r"\s*\[\[?(?P<name>[^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=(?P<rest>.*)""")
_KEY_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^.\s]+))\s*(?:\.|$)""")


class TomlSyntaxError(ValueError):
    """Text that is no TOML; ``line`` counts from 1 and is None where the parser does not say."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def parse(text: str) -> dict[str, Any]:
    """Return the document in ``text``; raise TomlSyntaxError where it is broken or nested too deeply to read."""
    if text.startswith("\ufeff"):
        raise TomlSyntaxError("starts with a byte order mark, which pytest and pip refuse: save it without one", 1)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _ERROR_LINE.search(message)
        line = int(at[1]) if at else text.rstrip().count("\n") + 1  # "at end of document"
        raise TomlSyntaxError(_ERROR_LINE.sub("", message), line) from error
    except RecursionError as error:
        raise TomlSyntaxError("nested too deeply", None) from error


def key_line(text: str, table: Sequence[str], key: str) -> int | None:
    """Return the line (from 1) on which ``key`` of ``table`` is written in a valid document, or None.

    The search is textual, because tomllib keeps no positions: headers, dotted keys and one-line inline tables are
    known. It is used for provenance only, never to decide a value.
    """
    wanted = (*table, key)
    current: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        inside = _opened_string(line)
        if header := _HEADER.match(line):
            current = split_key(header["name"])
            if current == wanted:
                return number
        elif (match := _KEY.match(line)) and _names(current + split_key(match["name"]), wanted, match["rest"]):
            return number
    return None


def _names(path: tuple[str, ...], wanted: tuple[str, ...], rest: str) -> bool:
    if path == wanted:
        return True
    if path != wanted[: len(path)] or not rest.lstrip().startswith("{"):
        return False
    return re.search(rf"""(?:^|[\s{{,."']){re.escape(wanted[-1])}["']?\s*=""", rest) is not None


def _opened_string(line: str) -> str:
    """Return the delimiter of a multi-line string that starts on ``line`` and does not end there."""
    return next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")


def split_key(dotted: str) -> tuple[str, ...]:
    """Return the parts of a dotted TOML key, without quotes; escapes in quoted parts are left as written."""
    return tuple(a or b or c for a, b, c in _KEY_PART.findall(dotted))
