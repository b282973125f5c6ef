"""The text of a configuration file while it is edited: UTF-8 without byte order mark, lines that end in LF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.errors import FileError, RewriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codemod.model import ConfigOperation

_BOM = "\ufeff"


def edited(
    path: str,
    data: bytes | None,
    operations: Sequence[ConfigOperation],
    apply: Callable[[str, str, ConfigOperation], str],
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
