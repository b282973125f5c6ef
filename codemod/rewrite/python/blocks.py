"""Changes of a block as a whole: statements that go, and ``try`` statements that their own statements replace.

The lines before a statement that goes (blank lines and comments) meet the lines before the next one: the comments stay
in order, and of two gaps of blank lines the larger one is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.handlers import TryNode, merged
from codemod.rewrite.python.syntax import (
    FILLER,
    Lines,
    has_comment,
    leading_lines,
    with_leading,
    without_trailing_blanks,
)

if TYPE_CHECKING:
    from collections.abc import Collection

Block = cst.IndentedBlock | cst.Module
Row = cst.SimpleStatementLine | cst.SimpleStatementSuite


@dataclass(slots=True)
class BlockChanges:
    """The positions of the statements of one block that are unwrapped, removed, or deleted with their comments."""

    unwrapped: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)


def change_block(node: cst.CSTNode, changes: BlockChanges) -> cst.CSTNode:
    """Return the block or module after ``changes``; a block that nothing is left of holds ``pass``."""
    block = node if isinstance(node, cst.Module) else cst.ensure_type(node, cst.IndentedBlock)
    gone = changes.removed | changes.deleted
    header = list(block.header) if isinstance(block, cst.Module) and 0 in gone else []
    body: list[cst.BaseStatement] = []
    pending: Lines | None = None
    for index, statement in enumerate(block.body):
        own = [*(header if index == 0 else ()), *leading_lines(statement)]
        if index in changes.deleted:
            own = _without_own_comment(own, is_top=index == 0 and isinstance(block, cst.Module))
        lines = own if pending is None else _joined(pending, own, is_first=not body)
        if index in gone:
            pending = lines
        elif index in changes.unwrapped and isinstance(statement, TryNode):
            statements, pending = merged(statement, lines)
            body.extend(statements)
        else:
            body.append(statement if pending is None else with_leading(statement, lines))
            pending = None
    return _closed(block, body, pending or [], header_is_free=0 in gone, end_is_free=len(block.body) - 1 in gone)


def remove_small_statements(node: cst.CSTNode, positions: Collection[int]) -> cst.CSTNode:
    """Return the line, or the one-line body, without the statements at these positions; ``pass`` where none is left."""
    row = node if isinstance(node, cst.SimpleStatementLine) else cst.ensure_type(node, cst.SimpleStatementSuite)
    kept = [statement for index, statement in enumerate(row.body) if index not in positions] or [FILLER]
    kept[-1] = kept[-1] if kept[-1] is FILLER else kept[-1].with_changes(semicolon=row.body[-1].semicolon)
    return row.with_changes(body=kept)


def _closed(
    block: Block, body: list[cst.BaseStatement], pending: Lines, *, header_is_free: bool, end_is_free: bool
) -> Block:
    """Return the block with ``body``, and with the ``pending`` lines where its end is."""
    if isinstance(block, cst.Module) and not body:
        return _emptied(block, pending)
    if not body:
        filler = cst.SimpleStatementLine([FILLER], leading_lines=without_trailing_blanks(pending))
        return block.with_changes(body=[filler])
    if isinstance(block, cst.Module) and header_is_free:
        # Where libcst itself puts the lines before the first statement, and where other edits look for them.
        block = block.with_changes(header=leading_lines(body[0]))
        body = [with_leading(body[0], ()), *body[1:]]
    footer = _joined(pending, list(block.footer), is_first=False)
    if end_is_free and not has_comment(block.footer):
        footer = without_trailing_blanks(footer)
    return block.with_changes(body=body, footer=footer)


def _emptied(module: cst.Module, pending: Lines) -> cst.Module:
    header = _joined(pending, list(module.footer), is_first=True)
    if not has_comment(module.footer):
        header = without_trailing_blanks(header)
    has_newline = module.has_trailing_newline and bool(header)
    return module.with_changes(body=(), header=header, footer=(), has_trailing_newline=has_newline)


def _joined(before: Lines, after: Lines, *, is_first: bool) -> Lines:
    """Return both runs of lines with one gap between them; what comes first in a block keeps the gap of the first."""
    head = without_trailing_blanks(before)
    start = next((index for index, line in enumerate(after) if line.comment is not None), len(after))
    gaps = [before[len(head) :], after[:start]]
    gap = gaps[0] if is_first and not head else max(gaps, key=len)
    return [*head, *gap, *after[start:]]


def _without_own_comment(lines: Lines, *, is_top: bool) -> Lines:
    """Return ``lines`` without the comments right above the definition; a comment at the top is the file's."""
    count = next((i for i, line in enumerate(reversed(lines)) if line.comment is None), len(lines))
    kept = lines[: len(lines) - count]
    return lines if is_top and not has_comment(kept) else kept
