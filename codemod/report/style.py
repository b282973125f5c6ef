"""Colour by terminal attribute codes; whether to colour is decided by the caller."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
TAG_COLORS = {"safe": "green", "unsafe": "yellow", "by hand": "red"}


@dataclass(frozen=True, slots=True)
class Pen:
    """Paints text that is escaped already; without ``color`` the text is returned as it is."""

    color: bool

    def paint(self, name: str, text: str) -> str:
        """Return ``text`` in the colour or weight ``name``."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.color else text
