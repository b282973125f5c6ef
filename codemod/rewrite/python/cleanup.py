"""AddCleanup: make a fixture yield its value and clean up after it.

Where the cleanup goes follows from where the yield stands. Directly in the function or in a ``with`` body: at the end
of that block, after the teardown that is there already. In a ``try`` with ``finally``: at the end of the ``finally``
body, and only if the value exists before the ``try`` starts, for otherwise the cleanup would raise NameError and hide
the first error. In a ``try`` without ``finally``: at the end of the ``try`` body. Anywhere else the yield may be
skipped or repeated, and the edit is refused.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.exits import Exit, Place, exits_of, opened, place_of, replaced
from codemod.rewrite.python.syntax import RefusalError, Style, append_to, as_ast, as_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemod.operations import AddCleanup
    from codemod.rewrite.python.annotations import TypingNames

_VALUE = "{value}"


def add_cleanup(node: cst.CSTNode, operation: AddCleanup, style: Style, typing_names: TypingNames) -> cst.FunctionDef:
    """Return the function with its cleanup; raise RefusalError where its only exit cannot be found or kept."""
    before = cst.ensure_type(node, cst.FunctionDef)
    function = opened(before)
    exits = exits_of(function)
    yields = [exit_ for exit_ in exits if isinstance(exit_.node, cst.Yield)]
    if yields:
        function = _extend(function, yields, len(exits) > len(yields), operation, style)
    else:
        function = _convert(function, exits, operation, style)
    if operation.make_async and function.asynchronous is None:
        function = function.with_changes(asynchronous=cst.Asynchronous())
    if function.returns is not None:
        returns = typing_names.returns_after(before, function, converted=not yields)
        function = function.with_changes(returns=function.returns.with_changes(annotation=returns))
    return before if function.deep_equals(opened(before)) else function


# --- a function that returns ---------------------------------------------------------------------------------------


def _convert(
    function: cst.FunctionDef, returns: Sequence[Exit], operation: AddCleanup, style: Style
) -> cst.FunctionDef:
    block = cst.ensure_type(function.body, cst.IndentedBlock)
    last = block.body[-1]
    if not returns:
        name = _name_for(function, None, operation)
        lines = [*block.body, _bare_yield(function, last)]
    else:
        given = _final_return(returns, last)
        name = _name_for(function, given.value, operation)
        lines = [*block.body[:-1], *_yielding(cst.ensure_type(last, cst.SimpleStatementLine), given, name)]
    statements = style.statements(_rendered(operation, name))
    return function.with_changes(body=append_to(block.with_changes(body=lines), statements))


def _bare_yield(function: cst.FunctionDef, last: cst.BaseStatement) -> cst.BaseStatement:
    if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Raise):
        raise RefusalError(f"{function.name.value} never returns")
    return cst.SimpleStatementLine([cst.Expr(cst.Yield())])


def _final_return(returns: Sequence[Exit], last: cst.BaseStatement) -> cst.Return:
    given = returns[-1].node
    if len(returns) > 1:
        raise RefusalError("it returns in more than one place")
    if not isinstance(last, cst.SimpleStatementLine) or last.body[-1] is not given:
        raise RefusalError("its return is not its last statement")
    return cst.ensure_type(given, cst.Return)


def _yielding(line: cst.SimpleStatementLine, given: cst.Return, name: str | None) -> list[cst.BaseStatement]:
    """Return the lines that replace ``return <expr>``; the comment stays on the first of them."""
    value = given.value
    if value is None or name is None or (isinstance(value, cst.Name) and value.value == name):
        space = cst.MaybeSentinel.DEFAULT if value is None else given.whitespace_after_return
        yielded = cst.Expr(cst.Yield(value, whitespace_after_yield=space), semicolon=given.semicolon)
        return [line.with_changes(body=[*line.body[:-1], yielded])]
    return _bound(line, name, value)


def _bound(line: cst.SimpleStatementLine, name: str, value: cst.BaseExpression) -> list[cst.BaseStatement]:
    old = line.body[-1]
    bind = cst.Assign([cst.AssignTarget(cst.Name(name))], value, semicolon=old.semicolon)
    yielded = cst.SimpleStatementLine([cst.Expr(cst.Yield(cst.Name(name)))])
    return [line.with_changes(body=[*line.body[:-1], bind]), yielded]


# --- a function that yields already --------------------------------------------------------------------------------


def _extend(
    function: cst.FunctionDef, yields: Sequence[Exit], returns: bool, operation: AddCleanup, style: Style
) -> cst.FunctionDef:
    node = yields[0].node
    if returns:
        raise RefusalError("it returns as well as yields")
    if len(yields) > 1:
        raise RefusalError("it yields in more than one place")
    if isinstance(node.value, cst.From):
        raise RefusalError("it delegates with yield from")
    place = place_of(yields[0])
    name = _name_for(function, node.value, operation)
    statements = style.statements(_rendered(operation, name))
    if _already_there(function, statements):
        return function
    block = place.block
    if name is not None and node.value is not None and not isinstance(node.value, cst.Name):
        block = _binding_block(place, name, node.value)
    return replaced(function, place.owner, _with_cleanup(place, block, name, statements))


def _with_cleanup(
    place: Place, block: cst.IndentedBlock, name: str | None, statements: Sequence[cst.BaseStatement]
) -> cst.CSTNode:
    owner = place.owner
    if isinstance(owner, cst.FunctionDef | cst.With):
        return owner.with_changes(body=append_to(block, statements))
    if owner.finalbody is None:
        if owner.orelse is not None:
            raise RefusalError("its yield is in a try with an else clause that runs after the cleanup")
        return owner.with_changes(body=append_to(block, statements))
    if name is not None and (block is not place.block or name in _names_bound_in(owner)):
        raise RefusalError("its value is made inside the try, so the finally clause cannot count on it")
    closing = append_to(as_block(owner.finalbody.body), statements)
    return owner.with_changes(finalbody=owner.finalbody.with_changes(body=closing))


def _binding_block(place: Place, name: str, value: cst.BaseExpression) -> cst.IndentedBlock:
    if place.line.body[-1] is not place.statement:
        raise RefusalError("its yield shares a line with other statements")
    lines = _bound(place.line, name, value)
    return place.block.with_changes(body=[*place.block.body[: place.index], *lines, *place.tail])


def _already_there(function: cst.FunctionDef, statements: Sequence[cst.BaseStatement]) -> bool:
    nodes = list(ast.walk(as_ast(function)))
    start = max((node.lineno, node.col_offset) for node in nodes if isinstance(node, ast.Yield))
    # A statement at the yield's own place is the yield statement itself; what starts after it runs after it.
    later = {ast.dump(node) for node in nodes if isinstance(node, ast.stmt) and (node.lineno, node.col_offset) > start}
    return all(ast.dump(as_ast(statement).body[0]) in later for statement in statements)


def _names_bound_in(owner: cst.Try | cst.TryStar) -> set[str]:
    attempt = as_ast(owner).body[0]
    nodes = [node for statement in attempt.body for node in ast.walk(statement)]  # type: ignore[attr-defined]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


# --- the name of the value -----------------------------------------------------------------------------------------


def _rendered(operation: AddCleanup, name: str | None) -> list[str]:
    return [line.replace(_VALUE, name or "") for line in operation.statements]


def _name_for(function: cst.FunctionDef, value: cst.CSTNode | None, operation: AddCleanup) -> str | None:
    """Return the variable that the cleanup names; None where it needs none."""
    if not any(_VALUE in line for line in operation.statements):
        return None
    if value is None:
        raise RefusalError("it gives no value that could be cleaned up")
    if isinstance(value, cst.Name):
        return value.value
    return unused_name(function, operation.variable)


def unused_name(function: cst.FunctionDef, wish: str) -> str:
    """Return ``wish``, or ``wish_1`` and so on where the function uses the name already."""
    tree = as_ast(function).body[0]
    used: set[object] = set()
    for node in ast.walk(tree):
        used |= {getattr(node, field, None) for field in ("id", "arg", "asname")}
        if node is not tree:
            used.add(getattr(node, "name", None))
    candidates = [wish, *(f"{wish}_{number}" for number in range(1, len(used) + 1))]
    return next(name for name in candidates if name not in used)
