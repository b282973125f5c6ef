"""InsertDefinition and ReplaceDefinition: add a top-level definition after the imports, or put one for another."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.syntax import (
    BLANK,
    RefusalError,
    Style,
    as_ast,
    has_comment,
    leading_lines,
    same_statement,
    spaced,
    with_leading,
    without_trailing_blanks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def insert_definition(module: cst.Module, code: str, style: Style) -> cst.Module:
    """Return the module with the definition after its last top-level import, or at its end where it imports nothing.

    A module that has the same definition stays as it is. Raise RefusalError where the name is taken by something else,
    or where ``code`` is not exactly one function, class or assignment to a name.
    """
    snippet = style.module(code)
    definition = as_ast(snippet).body
    name = _name_of(definition[0]) if len(definition) == 1 else None
    if name is None:
        raise RefusalError("the text to insert is not one definition")
    for statement in ast.parse(module.bytes).body:
        if _name_of(statement) == name or name in _imported(statement):
            if ast.dump(statement) == ast.dump(definition[0]):
                return module
            raise RefusalError(f"{name} is defined otherwise there (line {statement.lineno})")
    blanks = 2 if isinstance(definition[0], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else 1
    new = with_leading(snippet.body[0], [*snippet.header, *leading_lines(snippet.body[0])])
    return _placed(module, new, blanks)


def replace_definition(node: cst.CSTNode, code: str, style: Style) -> cst.FunctionDef:
    """Return the one function in ``code`` with the lines above ``node`` first; raise RefusalError for other code."""
    old = cst.ensure_type(node, cst.FunctionDef)
    snippet = style.module(dedent(code))
    new = snippet.body[0] if len(snippet.body) == 1 else None
    if not isinstance(new, cst.FunctionDef) or has_comment(snippet.footer):
        raise RefusalError("the text to put there is not one function")
    if same_statement(old, new):
        return old
    return new.with_changes(leading_lines=[*old.leading_lines, *snippet.header, *new.leading_lines])


def insert_statements(module: cst.Module, code: str, style: Style) -> cst.Module:
    """Return the module with the statements after its last top-level import; one that has them already as it is."""
    snippet = style.module(code)
    present = {ast.dump(statement) for statement in ast.parse(module.bytes).body}
    if all(ast.dump(statement) in present for statement in ast.parse(snippet.bytes).body):
        return module
    first, *others = snippet.body
    for statement in reversed([with_leading(first, [*snippet.header, *leading_lines(first)]), *others]):
        module = _placed(module, statement, 1)
    return module


def _name_of(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _imported(statement: ast.stmt) -> set[str]:
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return set()
    return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}


def _placed(module: cst.Module, new: cst.BaseStatement, blanks: int) -> cst.Module:
    last_import = max((i for i, statement in enumerate(module.body) if _only_imports([statement])), default=None)
    index = len(module.body) if last_import is None else last_import + 1
    before, after = list(module.body[:index]), list(module.body[index:])
    own = leading_lines(new)
    if after:
        after[0] = with_leading(after[0], spaced(leading_lines(after[0]), blanks))
        return module.with_changes(body=[*before, with_leading(new, [*[BLANK] * blanks, *own]), *after])
    remarks = without_trailing_blanks(module.footer)
    is_empty = not before and not module.header
    gap = [] if is_empty and not remarks else [BLANK] * blanks
    return module.with_changes(
        body=[*before, with_leading(new, [*remarks, *gap, *own])],
        footer=(),
        has_trailing_newline=module.has_trailing_newline or is_empty,
    )


def _only_imports(statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> bool:
    """Tell whether all the statements are imports, or blocks such as ``if TYPE_CHECKING:`` that hold nothing else."""
    return bool(statements) and all(_is_import(statement) for statement in statements)


def _is_import(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    if isinstance(statement, cst.SimpleStatementLine):
        return _only_imports(statement.body)
    if isinstance(statement, cst.If | cst.Try):
        return _only_imports(list(statement.body.body))
    return isinstance(statement, cst.Import | cst.ImportFrom)
