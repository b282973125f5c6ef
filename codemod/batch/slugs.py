"""Names for files and branches, made from texts that strangers wrote: a fixed alphabet, a bounded length, each once."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    # The words of a name, which together say what it stands for.
    Words = tuple[str, ...]

_LONGEST = 80
_HASH = 10
# Windows keeps these for devices, with any suffix too; git has its own use for names that end in ".lock".
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$|.*\.lock$")
_HASHED = re.compile(rf"-[0-9a-f]{{{_HASH}}}$")
_SEPARATOR = re.compile(r"[/ _@-]+")


def slugs(names: Iterable[Words]) -> dict[Words, str]:
    """Return a slug of ``[a-z0-9.-]``, at most 80 characters, for each name, whose words it joins.

    One that could stand for another name as well ends in a hash of its own: where letters were left out or cut off,
    where two would be equal, and where the system has another use for it.
    """
    wanted = dict.fromkeys(names)
    texts = {name: _text(name) for name in wanted}
    users = Counter(text for text, _ in texts.values())
    found: dict[Words, str] = {}
    for name, (text, exact) in texts.items():
        taken = users[text] > 1 or _RESERVED.match(text) or _HASHED.search(text)
        found[name] = text if exact and not taken else _hashed(text, name, _HASH)
    if len(set(found.values())) < len(found):  # somebody looked for two names with the same beginning of the hash
        found = {name: _hashed(text, name, 64) for name, (text, _) in texts.items()}
    return found


def _text(name: Words) -> tuple[str, bool]:
    """Return what is left of a name, and whether that is all but its case and its separators."""
    joined = _SEPARATOR.sub("-", " ".join(name).encode("ascii", "replace").decode("ascii").lower())
    plain = re.sub(r"\.{2,}", ".", re.sub(r"[^a-z0-9.-]+", "", joined))
    short = re.sub(r"-{2,}", "-", plain).strip(".-")[:_LONGEST].rstrip(".-")
    return short, bool(short) and short == joined


def _hashed(text: str, name: Words, length: int) -> str:
    digest = hashlib.sha256(json.dumps(name).encode("ascii")).hexdigest()[:length]
    # A dot would keep a device's name apart from what follows: "con.x" is the console.
    start = (text.replace(".", "-") if _RESERVED.match(text) else text)[: _LONGEST - length - 1].rstrip(".-")
    return f"{start}-{digest}" if start else digest
