"""AppendStatements and SuppressTeardown: the document's workarounds, on request only."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.cleanup import unused_name
from codemod.rewrite.python.exits import Exit, exits_of, opened, place_of, replaced
from codemod.rewrite.python.syntax import (
    RefusalError,
    Style,
    append_to,
    as_ast,
    as_block,
    leading_lines,
    same_statement,
    with_leading,
    without_filler,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLOSED = "Event loop is closed"


def append_statements(node: cst.CSTNode, lines: Sequence[str], style: Style) -> cst.FunctionDef:
    """Return the function with ``lines`` last in its body; raise RefusalError where they would not be reached."""
    function = cst.ensure_type(node, cst.FunctionDef)
    block = without_filler(as_block(function.body))
    statements = style.statements(lines)
    ending = block.body[-len(statements) :]
    if len(ending) == len(statements) and all(map(same_statement, ending, statements)):
        return function
    last = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return | cst.Raise):
        raise RefusalError("its last statement leaves the function")
    return function.with_changes(body=append_to(block, statements))


def suppress_teardown(node: cst.CSTNode, style: Style) -> cst.FunctionDef:
    """Return the function with what follows its last yield wrapped; raise RefusalError where nothing follows."""
    function = opened(cst.ensure_type(node, cst.FunctionDef))
    yields = [exit_ for exit_ in exits_of(function) if isinstance(exit_.node, cst.Yield)]
    if not yields:
        raise RefusalError("it has no yield")
    block, start = _teardown(yields[-1])
    tail = block.body[start:]
    if not tail:
        raise RefusalError("nothing follows its last yield")
    if len(tail) == 1 and _suppresses(tail[0]):
        return cst.ensure_type(node, cst.FunctionDef)
    wrapped = _wrapped(tail, unused_name(function, "error"), style)
    return replaced(function, block, block.with_changes(body=[*block.body[:start], wrapped]))


def _teardown(exit_: Exit) -> tuple[cst.IndentedBlock, int]:
    """Return the block that holds the teardown, and where in it the teardown starts."""
    place = place_of(exit_)
    if place.line.body[-1] is not place.statement:
        raise RefusalError("its yield shares a line with the teardown")
    if not place.tail and isinstance(place.owner, cst.Try | cst.TryStar) and place.owner.finalbody is not None:
        return cst.ensure_type(place.owner.finalbody.body, cst.IndentedBlock), 0
    return place.block, place.index + 1


def _wrapped(tail: Sequence[cst.BaseStatement], name: str, style: Style) -> cst.BaseStatement:
    code = (
        "try:",
        "    pass",
        f"except RuntimeError as {name}:",
        f'    if "{_CLOSED}" not in str({name}):',
        "        raise",
    )
    guard = cst.ensure_type(style.statements(code)[0], cst.Try)
    # The blank lines and comments before the teardown stay where they are, now before the ``try``.
    body = cst.IndentedBlock([with_leading(tail[0], ()), *tail[1:]])
    return guard.with_changes(body=body, leading_lines=leading_lines(tail[0]))


def _suppresses(statement: cst.BaseStatement) -> bool:
    attempt = as_ast(statement).body[0]
    if not isinstance(attempt, ast.Try):
        return False
    nodes = [node for handler in attempt.handlers for node in ast.walk(handler)]
    return any(isinstance(node, ast.Constant) and node.value == _CLOSED for node in nodes)
