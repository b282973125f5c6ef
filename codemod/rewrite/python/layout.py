"""Insert into and remove from a comma-separated list without disturbing its layout or its comments.

A list of n items has n + 1 *gaps*: before the first item, after each comma, and before the closing bracket. libcst
keeps them in different attributes for calls and for imports; here they are one list, so that one set of rules
serves both. A gap that holds a line break (`ParenthesizedWhitespace`) carries, in this order, the comment that trails
the item before it, lines of their own, and the indentation of what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Sequence

Gap = cst.BaseParenthesizableWhitespace
NOTHING = cst.SimpleWhitespace("")
SPACE = cst.SimpleWhitespace(" ")


def has_remark(gap: Gap) -> bool:
    """Tell whether a gap holds a comment."""
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return False
    return gap.first_line.comment is not None or any(line.comment is not None for line in gap.empty_lines)


def insert(gaps: Sequence[Gap], index: int, *, trailing: bool, indent: str) -> tuple[list[Gap], bool]:
    """Return the gaps, and whether a comma ends the list, after a new item at ``index``.

    ``trailing`` says whether a comma ends the list now; ``indent`` is one level of the file's indentation.
    """
    last = len(gaps) - 1
    model = _model(gaps)
    if last == 0:
        return _insert_first(gaps[0], indent), isinstance(gaps[0], cst.ParenthesizedWhitespace)
    if index < last:
        after = _line_break(model) if model else SPACE
        return [*gaps[: index + 1], after, *gaps[index + 1 :]], trailing
    closing = gaps[-1]
    if model is None:
        return [*gaps[:-1], SPACE, closing], trailing
    if isinstance(closing, cst.ParenthesizedWhitespace):
        before = closing.with_changes(indent=model.indent, last_line=model.last_line)
        return [*gaps[:-1], before, _line_break(closing)], True
    return [*gaps[:-1], _line_break(model), closing], trailing


def remove(gaps: Sequence[Gap], index: int) -> list[Gap]:
    """Return the gaps after the item at ``index`` is gone; a comment at the end of the item's own line goes with it."""
    merged = _merge(gaps[index], gaps[index + 1], first=index == 0, last=index == len(gaps) - 2)
    return [*gaps[:index], merged, *gaps[index + 2 :]]


def _model(gaps: Sequence[Gap]) -> cst.ParenthesizedWhitespace | None:
    """Return the line break to imitate where every item has a line of its own, else None."""
    relevant = gaps[1:-1] if len(gaps) > 2 else gaps
    breaks = [gap for gap in relevant if isinstance(gap, cst.ParenthesizedWhitespace)]
    if len(breaks) < len(relevant):
        return None
    return breaks[0]


def _line_break(model: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=model.indent, last_line=model.last_line)


def _insert_first(only: Gap, indent: str) -> list[Gap]:
    if not isinstance(only, cst.ParenthesizedWhitespace):
        return [NOTHING, NOTHING]
    deeper = cst.SimpleWhitespace(only.last_line.value + indent)
    return [only.with_changes(last_line=deeper), _line_break(only)]


def _merge(before: Gap, after: Gap, *, first: bool, last: bool) -> Gap:
    if first and last and not has_remark(before) and not _has_own_line_remark(after):
        return NOTHING
    broken_before = isinstance(before, cst.ParenthesizedWhitespace)
    if isinstance(before, cst.ParenthesizedWhitespace) and isinstance(after, cst.ParenthesizedWhitespace):
        lines = [*before.empty_lines, *after.empty_lines]
        return before.with_changes(empty_lines=lines, indent=after.indent, last_line=after.last_line)
    if isinstance(after, cst.ParenthesizedWhitespace):
        return before if first and not has_remark(after) else after
    if last:
        return before if broken_before and has_remark(before) else after
    return before


def _has_own_line_remark(gap: Gap) -> bool:
    return isinstance(gap, cst.ParenthesizedWhitespace) and any(line.comment for line in gap.empty_lines)
