"""RemoveHandler: take except clauses out of a ``try``, and give the statements of one that has no use any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.syntax import Lines, as_block, leading_lines, with_leading

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TryNode = cst.Try | cst.TryStar


def is_unwrapped(attempt: TryNode, removed: Collection[int]) -> bool:
    """Tell whether nothing of the ``try`` but its body stays when the handlers at these positions go."""
    return len(removed) == len(attempt.handlers) and attempt.finalbody is None


def remove_handlers(node: cst.CSTNode, removed: Collection[int]) -> cst.CSTNode:
    """Return the ``try`` without the handlers at these positions; another handler or a ``finally`` has to stay."""
    attempt = node if isinstance(node, cst.Try) else cst.ensure_type(node, cst.TryStar)
    kept = [handler for index, handler in enumerate(attempt.handlers) if index not in removed]
    if kept or attempt.orelse is None:
        return _with_handlers(attempt, kept)
    # An ``else`` needs a handler; with none left its statements just follow the body.
    block = as_block(attempt.body)
    more, footer = _spread(attempt.orelse.body, [*block.footer, *attempt.orelse.leading_lines])
    return _with_handlers(attempt, [], body=block.with_changes(body=[*block.body, *more], footer=footer), orelse=None)


def _with_handlers(attempt: TryNode, handlers: Sequence[cst.CSTNode], **changes: object) -> cst.CSTNode:
    if handlers or isinstance(attempt, cst.Try):
        return attempt.with_changes(handlers=handlers, **changes)
    # ``try/finally`` without handlers is a plain Try node, also where the handlers were ``except*``.
    return cst.Try(
        body=changes.get("body", attempt.body),  # type: ignore[arg-type]
        finalbody=attempt.finalbody,
        leading_lines=attempt.leading_lines,
        whitespace_before_colon=attempt.whitespace_before_colon,
    )


def merged(attempt: TryNode, before: Lines) -> tuple[list[cst.BaseStatement], Lines]:
    """Return the statements of body and ``else`` in one list, and the comments that follow the last of them.

    Comments of the ``try`` line, of the body and of the ``else`` line stay, each before the statement it was before.
    """
    statements, footer = _spread(attempt.body, before)
    if attempt.orelse is not None:
        more, footer = _spread(attempt.orelse.body, [*footer, *attempt.orelse.leading_lines])
        statements += more
    return statements, footer


def _spread(suite: cst.BaseSuite, before: Lines) -> tuple[list[cst.BaseStatement], Lines]:
    block = as_block(suite)
    if block.header.comment is not None:
        before = [*before, cst.EmptyLine(comment=block.header.comment)]
    first, *others = block.body
    return [with_leading(first, [*before, *leading_lines(first)]), *others], list(block.footer)
