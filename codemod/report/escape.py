"""Make text that comes from a repository harmless on a terminal (UX-AND-RELIABILITY, threat model: reviewer)."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, formatting (bidi, zero width), surrogates, private use, and the two Unicode line breaks."""


def escape(text: str) -> str:
    r"""Return ``text`` with each control, bidi or invisible character as ``\x1b``, ``\u202e``, ``\U000e0001``.

    A newline and a tab are controls too, so the result is always one line.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def escape_lines(text: str) -> str:
    """Return ``text`` escaped but for its newlines and tabs: for a patch or a traceback shown on a terminal."""
    return "".join(character if character in "\n\t" else _visible(character) for character in text)


def escape_short(text: str, most: int) -> str:
    """Return ``text`` escaped and cut to ``most`` characters, however long it is."""
    # Escaping never makes a text shorter, so no more than this is looked at.
    return clip(escape(text[: most + 1]), most)


def clip(text: str, most: int) -> str:
    """Return ``text`` cut to ``most`` characters; the last one is then ``…``."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def width(text: str) -> int:
    """Return the terminal columns of escaped ``text``: two for a wide character, none for a combining one."""
    return sum(map(_columns, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
