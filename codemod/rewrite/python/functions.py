"""Edits of a function's own lines: its name, its ``async``, its decorators, its first statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.exits import exits_of
from codemod.rewrite.python.syntax import (
    Style,
    as_block,
    identifier,
    leading_lines,
    same_expression,
    same_statement,
    with_leading,
    without_filler,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from codemod.rewrite.python.annotations import TypingNames


def rename_function(node: cst.CSTNode, name: str) -> cst.FunctionDef:
    """Return the function under another name; raise RefusalError where that is no identifier."""
    function = cst.ensure_type(node, cst.FunctionDef)
    return function.with_changes(name=identifier(name))


def make_async(node: cst.CSTNode, typing_names: TypingNames) -> cst.FunctionDef:
    """Return the function as ``async def``; the return annotation of a generator follows."""
    before = cst.ensure_type(node, cst.FunctionDef)
    if before.asynchronous is not None:
        return before
    function = before.with_changes(asynchronous=cst.Asynchronous())
    if function.returns is None or not any(isinstance(exit_.node, cst.Yield) for exit_ in exits_of(function)):
        return function
    returns = typing_names.returns_after(before, function, converted=False)
    return function.with_changes(returns=function.returns.with_changes(annotation=returns))


def add_decorator(node: cst.CSTNode, code: str, style: Style) -> cst.CSTNode:
    """Return the function or class with one more decorator, closest to it; one it has already is not added."""
    owner = node if isinstance(node, cst.FunctionDef) else cst.ensure_type(node, cst.ClassDef)
    new = style.expression(code)
    if any(same_expression(decorator.decorator, new) for decorator in owner.decorators):
        return owner
    return owner.with_changes(decorators=[*owner.decorators, cst.Decorator(new)])


def remove_decorators(node: cst.CSTNode, positions: Collection[int]) -> cst.CSTNode:
    """Return the function or class without the decorators at these positions; comment lines above them stay."""
    owner = node if isinstance(node, cst.FunctionDef) else cst.ensure_type(node, cst.ClassDef)
    kept: list[cst.Decorator] = []
    pending: list[cst.EmptyLine] = []
    for index, decorator in enumerate(owner.decorators):
        pending += decorator.leading_lines
        if index not in positions:
            kept.append(decorator.with_changes(leading_lines=pending))
            pending = []
    return owner.with_changes(decorators=kept, lines_after_decorators=[*pending, *owner.lines_after_decorators])


def prepend_statements(node: cst.CSTNode, lines: Sequence[str], style: Style) -> cst.FunctionDef:
    """Return the function with ``lines`` first in its body, after a docstring; a body that starts so stays as it is.

    Blank lines at the start of the body stay there; a comment stays with the statement it is above.
    """
    function = cst.ensure_type(node, cst.FunctionDef)
    block = without_filler(as_block(function.body))
    docstring, rest = _split(block)
    statements = style.statements(lines)
    beginning = rest[: len(statements)]
    if len(beginning) == len(statements) and all(map(same_statement, beginning, statements)):
        return function
    if rest:
        own = leading_lines(rest[0])
        start = next((index for index, line in enumerate(own) if line.comment is not None), len(own))
        statements[0] = with_leading(statements[0], [*own[:start], *leading_lines(statements[0])])
        rest[0] = with_leading(rest[0], own[start:])
    return function.with_changes(body=block.with_changes(body=[*docstring, *statements, *rest]))


def _split(block: cst.IndentedBlock) -> tuple[list[cst.BaseStatement], list[cst.BaseStatement]]:
    """Return the docstring, on a line of its own, and the statements after it."""
    first = block.body[0] if block.body else None
    if not isinstance(first, cst.SimpleStatementLine) or not _is_docstring(first.body[0]):
        return [], list(block.body)
    if len(first.body) == 1:
        return [first], list(block.body[1:])
    alone = cst.SimpleStatementLine(
        [first.body[0].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)], leading_lines=first.leading_lines
    )
    others = first.with_changes(body=first.body[1:], leading_lines=())
    return [alone], [others, *block.body[1:]]


def _is_docstring(statement: cst.BaseSmallStatement) -> bool:
    if not isinstance(statement, cst.Expr) or not isinstance(
        statement.value, cst.SimpleString | cst.ConcatenatedString
    ):
        return False
    return isinstance(statement.value.evaluated_value, str)
