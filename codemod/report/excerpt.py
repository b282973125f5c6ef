"""Show the source line a finding points at, with carets under the name there."""

from __future__ import annotations

import io
import re
import tokenize

from codemod.report.escape import escape, width

_LINE_END = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"@?[\w.]+")
_BEFORE, _AFTER = 60, 100
"""Characters shown before and after the column, so that a minified line cannot flood the terminal."""


def source_lines(data: bytes) -> list[str]:
    """Return the lines of ``data`` as Python counts them; bytes that fit no encoding become replacement characters."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding, errors="replace")
    except (SyntaxError, LookupError):
        text = data.decode("utf-8", errors="replace")
    return _LINE_END.split(text.removeprefix("\ufeff"))


def excerpt(lines: list[str], line: int, column: int) -> list[str]:
    """Return the two rows for ``line`` and ``column`` (both from 1), or nothing where the source has no such place."""
    if not 1 <= line <= len(lines) or not 1 <= column <= len(lines[line - 1]) + 1:
        return []
    text = lines[line - 1].replace("\t", " ")
    start, at = max(0, column - 1 - _BEFORE), column - 1
    match = _NAME.match(text, at)
    end = min(match.end() if match else at + 1, at + _AFTER)
    before, marked, after = text[start:at], text[at:end], text[end : at + _AFTER]
    head, tail = "…" if start else "", "…" if at + _AFTER < len(text) else ""
    shown = head + escape(before) + escape(marked) + escape(after) + tail
    indent = width(head + escape(before))
    gutter = " " * len(f"{line:5}")
    return [f"{line:5} | {shown.rstrip()}", f"{gutter} | {' ' * indent}{'^' * max(1, width(escape(marked)))}"]
