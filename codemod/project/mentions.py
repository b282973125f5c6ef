"""Which distributions a repository mentions as requirements, found by their names alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from codemod.project.requirement_tree import requirement_texts

if TYPE_CHECKING:
    from collections.abc import Collection

_MENTION = r"""(?:^[ \t-]*|["']|::)({})(?=\s*(?:["'\[<>=!~;@:#,]|$))"""


def mentions(root: Path, names: Collection[str]) -> set[str]:
    """Return those distribution ``names`` that stand as requirements or lock entries anywhere below ``root``.

    The search is textual: a name in quotes, as a key, or at the start of a line, in any spelling PEP 503 allows.
    """
    wanted: dict[str, str] = {canonicalize_name(name): name for name in names}
    if not wanted:
        return set()
    spellings = "|".join(re.escape(name).replace(r"\-", "[-_.]+") for name in sorted(wanted, key=len, reverse=True))
    pattern = re.compile(_MENTION.format(spellings), re.MULTILINE | re.IGNORECASE)
    found = {match for text in requirement_texts(Path(root)) for match in pattern.findall(text)}
    return {wanted[canonicalize_name(name)] for name in found}
