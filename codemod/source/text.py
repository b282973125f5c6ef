"""From a path to bytes, from bytes to text: PEP 263 encodings and newline styles, nothing guessed."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

from codemod.errors import FileError
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(root: Path, path: str) -> bytes:
    """Return the content of the root-relative ``path``.

    Raise FileError for a symbolic link, a path that leaves ``root``, anything but a regular file, more than 20 MB,
    a NUL byte, or a file that cannot be read.
    """
    data = read_regular(root, path)
    if b"\0" in data:
        raise FileError(path, "holds a NUL byte, so it is not a text file loopmend can edit")
    return data


def decode_python(data: bytes, path: str) -> tuple[str, str]:
    """Return the text of a Python source and its encoding (``utf-8-sig`` where there is a BOM, which is left out).

    The encoding is what PEP 263 says, read by `tokenize.detect_encoding`. Raise FileError for an unknown codec, for
    bytes the codec cannot decode, and where encoding the text again would not give the same bytes.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise FileError(path, f"cannot be decoded: {error.msg}") from error
    try:
        text = data.decode(encoding)
        same = text.encode(encoding) == data
    except UnicodeError as error:
        raise FileError(path, f"cannot be decoded as {encoding}: {_place(error)}") from error
    except LookupError as error:
        # rot13, base64 and the like are codecs, but not of text.
        raise FileError(path, f"cannot be decoded: {encoding} is not a text encoding") from error
    if not same:
        raise FileError(path, f"would not keep its bytes when read and written as {encoding}")
    return text, encoding


def newline_style(data: bytes) -> str | None:
    r"""Return ``"\n"`` or ``"\r\n"``, None where styles are mixed or a lone CR occurs; without any newline ``"\n"``."""
    pairs, feeds, returns = data.count(b"\r\n"), data.count(b"\n"), data.count(b"\r")
    if returns != pairs:
        return None
    if pairs == 0:
        return "\n"
    return "\r\n" if feeds == pairs else None


def _place(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
    return "the codec refuses the text"
