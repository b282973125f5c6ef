"""ReplaceExpression: put one expression for another, in parentheses only where they are needed.

Whether they are is not read from a table: the statement is printed with the new expression, without and then with
parentheses, until its syntax tree is the old one with the node replaced. The wanted tree comes from the statement with
a name that occurs nowhere else at the place, in parentheses, so that it can be no part of anything around it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.syntax import RefusalError, Style, as_ast, same_expression

if TYPE_CHECKING:
    from collections.abc import Collection

_MARKER = "_loopmend_place_"
_WHOLE = cst.SimpleStatementLine | cst.BaseCompoundStatement


class _Surroundings(cst.CSTVisitor):
    def __init__(self, targets: Collection[cst.CSTNode]) -> None:
        self.targets = targets
        self.path: list[cst.CSTNode] = []
        self.found: dict[cst.CSTNode, tuple[cst.CSTNode, cst.CSTNode]] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if node in self.targets:
            statement = next(outer for outer in reversed(self.path) if isinstance(outer, _WHOLE))
            self.found[node] = self.path[-1], statement
        self.path.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        del original_node
        self.path.pop()


def surroundings(
    module: cst.Module, targets: Collection[cst.CSTNode]
) -> dict[cst.CSTNode, tuple[cst.CSTNode, cst.CSTNode]]:
    """Return the parent and the enclosing statement of each of the nodes."""
    finder = _Surroundings(targets)
    module.visit(finder)
    return finder.found


def replacement(old: cst.BaseExpression, code: str, statement: cst.CSTNode, style: Style) -> cst.BaseExpression:
    """Return what to put for ``old``, in ``statement``; raise RefusalError where ``code`` cannot stand there."""
    new = style.expression(code)
    if same_expression(old, new):
        return old
    wanted = _wanted(old, code, statement)
    enclosed = new.with_changes(lpar=[cst.LeftParen(), *new.lpar], rpar=[*new.rpar, cst.RightParen()])
    for candidate in (new, enclosed):
        placed = _placed(old, candidate)
        try:
            result = ast.dump(as_ast(_with(statement, old, placed)))
        except (cst.CSTValidationError, SyntaxError):
            continue
        if result == wanted:
            return placed
    raise RefusalError("the new expression cannot stand there")


def bare(node: cst.CSTNode) -> cst.CSTNode:
    """Return the ``yield`` or ``return`` without its value."""
    if isinstance(node, cst.Yield):
        return node.with_changes(value=None, whitespace_after_yield=cst.MaybeSentinel.DEFAULT)
    given = cst.ensure_type(node, cst.Return)
    return given.with_changes(value=None, whitespace_after_return=cst.MaybeSentinel.DEFAULT)


def _placed(old: cst.BaseExpression, new: cst.BaseExpression) -> cst.BaseExpression:
    """Return ``new`` in the parentheses round ``old``, but for those that are a part of ``old``."""
    own = int(isinstance(old, cst.Tuple | cst.GeneratorExp) and bool(old.lpar))
    outer = list(old.lpar)[: len(old.lpar) - own]
    return new.with_changes(lpar=[*outer, *new.lpar], rpar=[*new.rpar, *old.rpar[own:]])


def _with(statement: cst.CSTNode, old: cst.CSTNode, new: cst.CSTNode) -> cst.CSTNode:
    replaced = statement.deep_replace(old, new)
    assert isinstance(replaced, cst.CSTNode)  # a statement is never replaced by a removal
    return replaced


def _wanted(old: cst.BaseExpression, code: str, statement: cst.CSTNode) -> str:
    marker = cst.Name(_MARKER, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    try:
        tree = as_ast(_with(statement, old, marker))
    except (cst.CSTValidationError, SyntaxError):
        raise RefusalError("there is no expression at this place") from None
    putter = _Putter(ast.parse(f"({code}\n)", mode="eval").body)
    tree = putter.visit(tree)
    if putter.count != 1:
        raise RefusalError("nothing is read at this place")
    return ast.dump(tree)


class _Putter(ast.NodeTransformer):
    def __init__(self, value: ast.expr) -> None:
        self.value = value
        self.count = 0

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != _MARKER or not isinstance(node.ctx, ast.Load):
            return node
        self.count += 1
        return self.value
