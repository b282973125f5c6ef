"""Find the yields and returns that belong to a function itself, and the block that each stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python.syntax import RefusalError, as_block

if TYPE_CHECKING:
    from collections.abc import Sequence

_OTHER_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
_BRANCHES = {
    cst.If: "an if statement",
    cst.For: "a loop",
    cst.While: "a loop",
    cst.Match: "a match statement",
    cst.ExceptHandler: "an except clause",
    cst.ExceptStarHandler: "an except clause",
    cst.Else: "an else clause",
    cst.Finally: "a finally clause",
}


@dataclass(frozen=True, slots=True)
class Exit:
    """A yield or return of a function, with the nodes from the function down to its parent."""

    node: cst.Yield | cst.Return
    path: tuple[cst.CSTNode, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a yield statement stands: the compound statement, its block, the position of the line in the block."""

    owner: cst.FunctionDef | cst.With | cst.Try | cst.TryStar
    block: cst.IndentedBlock
    index: int
    line: cst.SimpleStatementLine
    statement: cst.BaseSmallStatement

    @property
    def tail(self) -> Sequence[cst.BaseStatement]:
        """Return the statements that follow the yield in its block."""
        return self.block.body[self.index + 1 :]


class _ExitFinder(cst.CSTVisitor):
    def __init__(self, function: cst.FunctionDef) -> None:
        self.path: list[cst.CSTNode] = [function]
        self.found: list[Exit] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, _OTHER_SCOPES):
            return False
        if isinstance(node, cst.Yield | cst.Return):
            self.found.append(Exit(node, tuple(self.path)))
        self.path.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.path[-1] is original_node:
            self.path.pop()


def opened(function: cst.FunctionDef) -> cst.FunctionDef:
    """Return the function with each one-line body that holds a yield or return as a block."""
    function = function.with_changes(body=as_block(function.body))
    while True:
        suites = [
            node for exit_ in exits_of(function) for node in exit_.path if isinstance(node, cst.SimpleStatementSuite)
        ]
        if not suites:
            return function
        function = replaced(function, suites[0], as_block(suites[0]))


def replaced(function: cst.FunctionDef, old: cst.CSTNode, new: cst.CSTNode) -> cst.FunctionDef:
    """Return the function with the node ``old`` (by identity) replaced by ``new``."""
    return cst.ensure_type(function.deep_replace(old, new), cst.FunctionDef)


def exits_of(function: cst.FunctionDef) -> list[Exit]:
    """Return the yields and returns of the function's own scope, in source order."""
    finder = _ExitFinder(function)
    function.body.visit(finder)
    return finder.found


def place_of(exit_: Exit) -> Place:
    """Return where a yield stands; raise RefusalError where it may be skipped, repeated, or is no statement."""
    for node in exit_.path:
        if type(node) in _BRANCHES:
            raise RefusalError(f"its yield is inside {_BRANCHES[type(node)]}")
    statement = exit_.path[-1]
    if not isinstance(statement, cst.Expr):
        raise RefusalError("its yield is part of a larger expression")
    owner, block, line = exit_.path[-4:-1]
    if not isinstance(owner, cst.FunctionDef | cst.With | cst.Try | cst.TryStar):
        raise RefusalError("its yield is in a block that cannot be edited")
    block = cst.ensure_type(block, cst.IndentedBlock)
    index = next(i for i, member in enumerate(block.body) if member is line)
    return Place(owner, block, index, cst.ensure_type(line, cst.SimpleStatementLine), statement)
