"""Pieces of GitHub-flavoured Markdown around text of a repository, which can neither mark up, link nor ping anyone.

Escaping with backslashes is not enough for that: ``@team``, ``#123``, hashes of commits and addresses are looked for in
what Markdown has already rendered, but nowhere within code. So all that is not plainly a word is shown as code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from codemod.report.escape import escape_short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Item = TypeVar("_Item")

LEVELS = (100, 40, 15, 5, 1)
"""Rows shown of each list of a text that must not grow too long: the first that fits."""

_LONGEST = 200
"""Characters shown of one text."""

_TICKS = re.compile(r"`+")
_TOKEN = re.compile(r"`([^`]+)`|( +)|([^ `]+|`)")
_WORD = re.compile(r"[(\"']?(?:\d+(?:[.,]\d+)*|[^\W\d_]+(?:['-][^\W\d_]+)*)[)\"']?[.,;:!?%]?|[→·…—.,;:!?)]")
_HASH = re.compile(r"[0-9a-fA-F]{7,}")


def code(text: str, most: int = _LONGEST) -> str:
    """Return ``text`` as one code span of at most ``most`` characters on one line; nothing for an empty text."""
    shown = escape_short(text, most)
    if not shown:
        return ""
    ticks = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.strip(" ") and {shown[0], shown[-1]} & {"`", " "} else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def prose(text: str, most: int = _LONGEST) -> str:
    """Return a sentence with its names, which may be marked with backticks, as code, and its words as they are.

    At most ``most`` characters are shown.
    """
    done: list[str] = []
    names = ""
    for marked, space, other in _TOKEN.findall(escape_short(text, most)):
        if space and names:
            names += " "
        elif space or (other and _WORD.fullmatch(other) and not _HASH.search(other)):
            done += [_names(names), space or other]
            names = ""
        else:
            # Neighbours become one span, so that no two spans run into each other.
            names += marked or other
    return "".join([*done, _names(names)]).strip()


def fence(lines: Iterable[str]) -> str:
    """Return lines as a block of code."""
    text = "\n".join(escape_short(line, _LONGEST) for line in lines)
    ticks = "`" * max(3, max(map(len, _TICKS.findall(text)), default=0) + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Return a table of cells that are Markdown already; columns ``numbers`` (from 0) are set flush right."""
    right = set(numbers)
    rule = ["---:" if index in right else "---" for index in range(len(header))]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in (header, rule, *rows)
    )


def bounded_table(
    header: Sequence[str],
    found: Sequence[_Item],
    cells: Callable[[_Item], Sequence[str]],
    most: int,
    numbers: Iterable[int] = (),
) -> str:
    """Return a table of the first ``most`` items, each as its ``cells``, and how many more there are."""
    left = f"\n\n… and {len(found) - most} more." if len(found) > most else ""
    return table(header, map(cells, found[:most]), numbers) + left


def joined(blocks: Iterable[str]) -> str:
    """Return blocks that are not empty as one text that ends in a newline."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def fitting(text: Callable[[int], str], most_bytes: int) -> str:
    """Return ``text`` with as many rows in each list as fit into ``most_bytes``, or with the fewest."""
    shown = ""
    for most in LEVELS:
        shown = text(most)
        if len(shown.encode()) <= most_bytes:
            break
    return shown


def details(summary: str, body: str) -> str:
    """Return ``body`` folded away under ``summary``, which must be words of ours: it is HTML."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _names(text: str) -> str:
    return code(text.rstrip()) + " " * (len(text) - len(text.rstrip()))
