"""Words within the text or list of a configuration value: where they stand, and others in their place.

A word ends at white space, quotes, brackets, commas and the signs that end a command. Several words stand in one text,
or one after the other in a list.
"""

from __future__ import annotations

import re
from typing import Any

_LEFT = r"(?:(?<=[\s\"'\[,=(;&|])|^)"
_RIGHT = r"(?=[\s\"'\],);&|]|$)"
_PLAIN = re.compile(r"[\w.=:/+@-]+(?: [\w.=:/+@-]+)*")
_BETWEEN_STRINGS = r"""(?:\s+|["']\s*,\s*["'])"""


def are_plain(old: str, new: str) -> bool:
    """Tell whether ``old`` and ``new`` are as many words, with nothing in them that a format would have to quote."""
    return all(_PLAIN.fullmatch(each) for each in (old, new)) and len(old.split()) == len(new.split())


def in_text(text: str, old: str, new: str) -> tuple[str, int]:
    """Return ``text`` with the words ``new`` for each ``old``, which single spaces part, and how many there were."""
    return _replaced(text, old, new, r"\s+")


def in_source(text: str, old: str, new: str) -> tuple[str, int]:
    """Do the same in the spelling of a list, where quotes and a comma may stand between two words."""
    return _replaced(text, old, new, _BETWEEN_STRINGS)


def in_value(value: Any, old: str, new: str) -> tuple[Any, int]:
    """Do the same in a text, or in all texts of a list of any depth; words one after the other in a list count."""
    if isinstance(value, str):
        return in_text(value, old, new)
    if not isinstance(value, list):
        return value, 0
    pairs = [in_value(each, old, new) for each in value]
    found, count = [pair[0] for pair in pairs], sum(pair[1] for pair in pairs)
    before, after = old.split(" "), new.split(" ")
    if len(before) > 1:
        for at in range(len(found) - len(before) + 1):
            if found[at : at + len(before)] == before:
                found[at : at + len(before)] = after
                count += 1
    return found, count


def _replaced(text: str, old: str, new: str, gap: str) -> tuple[str, int]:
    words = old.split(" ")
    pattern = _LEFT + f"({gap})".join(re.escape(word) for word in words) + _RIGHT
    after = new.split(" ")

    def put(found: re.Match[str]) -> str:
        gaps = [*found.groups(), ""]
        return "".join(f"{word}{between}" for word, between in zip(after, gaps, strict=True))

    return re.subn(pattern, put, text)
