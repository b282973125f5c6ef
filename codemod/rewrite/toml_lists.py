"""Cut an entry out of a list in TOML text: an array of any layout, or the lines of a multi-line string.

Only text is known here; the caller proves that the result says what it should. An entry that has its lines for itself
goes with them and with the comment behind it; comment lines of their own stay. A list that ended without a comma ends
without one afterwards.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

_MAY_END = re.compile(r"[,\]#\n]")
_GAP = re.compile(r"(?:\s|#[^\n]*)*")


@dataclass(frozen=True, slots=True)
class _Element:
    """An element at ``text[start:end]``; ``comma`` is the offset of the comma behind it, -1 where there is none."""

    value: Any
    start: int
    end: int
    comma: int

    @property
    def stop(self) -> int:
        """Return the offset behind the element and its comma."""
        return self.end if self.comma < 0 else self.comma + 1


def without_item(text: str, start: int, end: int, item: str) -> str | None:
    """Return ``text`` without the entries ``item`` of the list at ``text[start:end]``, None where they cannot be cut.

    At least one other entry has to be there.
    """
    if text[start] != "[":
        return _without_lines(text, start, end, item)
    while True:
        elements = _elements(text, start + 1)
        index = next((i for i, each in enumerate(elements) if each.value == item), None)
        if index is None:
            return text if elements else None
        cuts = _cuts(text, elements, index)
        if cuts is None:
            return None
        for first, last in sorted(cuts, reverse=True):
            text = text[:first] + text[last:]


# --- arrays --------------------------------------------------------------------------------------------------------


def _elements(text: str, start: int) -> list[_Element]:
    """Return the elements of the array whose bracket is before ``start``, none where their extent is not clear."""
    found: list[_Element] = []
    while text[start := _behind_gap(text, start)] != "]":
        ends = (match.start() for match in _MAY_END.finditer(text, start))
        stop = next((each for each in ends if _value(text[start:each]) is not None), None)
        if stop is None:
            return []
        end = start + len(text[start:stop].rstrip())
        comma = _behind_gap(text, end)
        found.append(_Element(_value(text[start:end]), start, end, comma if text[comma] == "," else -1))
        start = found[-1].stop
    return found


def _behind_gap(text: str, start: int) -> int:
    """Return the offset behind white space and comments."""
    found = _GAP.match(text, start)
    return found.end() if found else start


def _value(spelling: str) -> Any:
    """Return the value that is spelt so, None where it is no whole value."""
    try:
        return tomllib.loads(f"x={spelling}\n")["x"]
    except (ValueError, RecursionError):
        return None


def _cuts(text: str, elements: list[_Element], index: int) -> list[tuple[int, int]] | None:
    """Return the pieces to cut for one of several elements; None for a layout in which no cut is clean."""
    element = elements[index]
    before = elements[index - 1] if index else None
    after = elements[index + 1] if index + 1 < len(elements) else None
    if before is not None and "\n" in text[before.end : before.comma]:
        return _cuts_of_leading_comma(text, before, element)
    if element.comma >= 0 and "\n" in text[element.end : element.comma]:
        clean = after is not None and "#" not in text[element.end : after.start]
        return [(element.start, after.start)] if after is not None and clean else None
    cut = _cut(text, before, element, after)
    if cut is None or before is None or after is not None or element.comma >= 0 or cut[0] <= before.comma:
        return None if cut is None else [cut]
    return [(before.comma, before.comma + 1), cut]  # the last element had no comma, and the new last one has none


def _cuts_of_leading_comma(text: str, before: _Element, element: _Element) -> list[tuple[int, int]] | None:
    """Return the lines of an element that has the comma of the one before it, and nothing else, on them."""
    own = element.comma < 0 or "\n" in text[element.end : element.comma]
    clean = own and "#" not in text[before.comma : element.start]
    lines = _lines_alone(text, before.comma, element.end)
    return [lines] if clean and lines else None


def _cut(text: str, before: _Element | None, element: _Element, after: _Element | None) -> tuple[int, int] | None:
    """Return what to cut for an element whose comma, if any, is right behind it."""
    if lines := _lines_alone(text, element.start, element.stop):
        return lines
    joined = before is not None and "\n" not in text[before.comma : element.start]
    if before is not None and joined:
        return (before.stop if element.comma >= 0 else before.comma, element.stop)
    if after is not None and "\n" not in text[element.stop : after.start]:
        return (element.start, after.start)
    if after is not None and before is None:
        line_end = text.index("\n", element.stop)
        keeps = "#" in text[line_end : after.start]  # comment lines of their own
        return (len(text[: element.start].rstrip()), line_end) if keeps else (element.start, after.start)
    if before is not None and after is None:
        keeps = "#" in text[before.end : element.start]
        return (element.start, element.stop) if keeps else (before.end, element.end)
    return None


def _lines_alone(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """Return the extent of the lines around ``text[start:stop]`` if only a comment stands beside it."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", stop)
    behind = text[stop:line_end].strip()
    if text[line_start:start].strip() or line_end < 0 or not (not behind or behind.startswith("#")):
        return None
    return line_start, line_end + 1


# --- strings -------------------------------------------------------------------------------------------------------


def _without_lines(text: str, start: int, end: int, item: str) -> str | None:
    """Return ``text`` without the lines ``item`` of the string at ``text[start:end]``, None for a plain string."""
    mark = text[start : start + 3]
    if mark not in ('"""', "'''"):
        return None
    first, *rest = text[start + 3 : end - 3].split("\n")
    kept = ["" if _said(first, mark) == item else first, *(line for line in rest if _said(line, mark) != item)]
    new = text[: start + 3] + "\n".join(kept) + text[end - 3 :]
    return None if new == text else new


def _said(line: str, mark: str) -> str | None:
    """Return what one line of a multi-line string says."""
    value = _value(f"{mark}\n{line}\n{mark}")
    return value.strip() if isinstance(value, str) else None
