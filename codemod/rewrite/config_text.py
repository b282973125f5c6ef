"""The text of a configuration file while it is edited: UTF-8 without byte order mark, lines that end in LF."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from codemod.errors import FileError, RewriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Edit = TypeVar("Edit")
_BOM = "\ufeff"


def edited(
    path: str,
    data: bytes | None,
    operations: Sequence[Edit],
    apply: Callable[[str, str, Edit], str],
) -> bytes:
    """Return ``data`` with ``apply(path, text, operation)`` done for each operation in order.

    None stands for a file that does not exist. Byte order mark and line endings are put back as they were. Raises
    FileError where the file is not UTF-8, RewriteError where it is to be changed and its line endings are mixed.
    """
    raw = _decoded(path, data or b"")
    text = old = raw.removeprefix(_BOM).replace("\r\n", "\n")
    for operation in operations:
        text = apply(path, text, operation)
    if text == old:
        return data or b""
    crlf = raw.count("\r\n")
    if crlf not in (0, raw.count("\n")):
        raise RewriteError(path, "mixed line endings (LF and CRLF)")
    bom = _BOM if raw.startswith(_BOM) else ""
    return (bom + (text.replace("\n", "\r\n") if crlf else text)).encode()


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(path, f"line {line}: not valid UTF-8") from None


def without_block(lines: Sequence[str], start: int, stop: int, marks: tuple[str, ...]) -> list[str]:
    """Return ``lines`` without the section whose header is ``lines[start]`` and that reaches to the header at ``stop``.

    Comments right above a header (lines that begin with one of ``marks``) go and stay with it. Of the blank lines
    around the section those above it stay, but none at the end of the file; without a final newline it stays so.
    """
    first, end = _above(lines, start, marks), _above(lines, stop, marks) if stop < len(lines) else stop
    before, after = list(lines[:first]), list(lines[end:])
    final = lines[-1].endswith("\n")
    if after:
        inner = lines[first:end]
        blank = 0 if not before or not before[-1].strip() else _blank_at_end(inner)
        return before + list(inner[len(inner) - blank :]) + after
    before = before[: len(before) - _blank_at_end(before)]
    if before and not final:
        before[-1] = before[-1].removesuffix("\n")
    return before


def _above(lines: Sequence[str], header: int, marks: tuple[str, ...]) -> int:
    """Return the index of the first of the comment lines right above a header, the header's own without any."""
    while header and lines[header - 1].startswith(marks):
        header -= 1
    return header


def _blank_at_end(lines: Sequence[str]) -> int:
    count = 0
    while count < len(lines) and not lines[-1 - count].strip():
        count += 1
    return count
