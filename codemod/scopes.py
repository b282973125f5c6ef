"""The five pytest scopes and their order (SEMANTICS, words)."""

from __future__ import annotations

from enum import IntEnum


class Scope(IntEnum):
    """A cache scope or a loop scope; a wider scope compares greater."""

    FUNCTION = 0
    CLASS = 1
    MODULE = 2
    PACKAGE = 3
    SESSION = 4

    @property
    def word(self) -> str:
        """Return the name pytest uses, for example ``"session"``."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Scope | None:
        """Return the scope called ``word``, or None where there is no such scope (the names are case-sensitive)."""
        return _BY_WORD.get(word)


_BY_WORD = {scope.word: scope for scope in Scope}
