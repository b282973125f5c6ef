"""Check a word given on the command line against the words that are allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTED = 30
"""More words than this are no help."""


def one_of(option: str, value: str, words: Iterable[str]) -> str:
    """Return ``value`` where it is one of ``words``; raise UsageError with the nearest words where it is not."""
    allowed = tuple(words)
    if value in allowed:
        return value
    raise UsageError(f"{option} {value!r} is unknown: {_advice(value, allowed)}")


def code_prefix(option: str, prefix: str, codes: Iterable[str]) -> str:
    """Return ``prefix`` where it begins one of ``codes``; raise UsageError with the nearest codes where it does not."""
    allowed = tuple(codes)
    if any(code.startswith(prefix) for code in allowed):
        return prefix
    raise UsageError(f"{option} {prefix!r} matches no rule: {_advice(prefix, allowed)}")


def _advice(value: str, allowed: tuple[str, ...]) -> str:
    # difflib is slow to load and only needed once something is wrong.
    from difflib import get_close_matches

    near = get_close_matches(value, allowed)
    if near:
        return f"did you mean {' or '.join(near)}?"
    listed = ", ".join(allowed[:_LISTED]) + (", …" if len(allowed) > _LISTED else "")
    return f"choose from {listed}" if listed else "there is none"
