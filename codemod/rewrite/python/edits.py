"""From operations on places to edits of nodes, and the one walk that applies them.

What is deleted is not looked into: operations inside it are done by the deletion. What is replaced as a whole must not
be changed by another operation too, for one of the two would be lost without a word.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemod.operations import (
    AddCleanup,
    AddDecorator,
    AddParameter,
    AppendStatements,
    DeleteDefinition,
    MakeAsync,
    PrependStatements,
    RemoveArguments,
    RemoveCallKeyword,
    RemoveDecorator,
    RemoveHandler,
    RemoveParameter,
    RemoveStatement,
    RenameFunction,
    ReplaceCallee,
    ReplaceDefinition,
    ReplaceExpression,
    SetCallKeyword,
    SuppressTeardown,
)
from codemod.rewrite.python.blocks import BlockChanges, change_block, remove_small_statements
from codemod.rewrite.python.calls import drop_empty_parentheses, has_keyword
from codemod.rewrite.python.expressions import bare, replacement, surroundings
from codemod.rewrite.python.functions import remove_decorators
from codemod.rewrite.python.handlers import is_unwrapped, remove_handlers
from codemod.rewrite.python.locate import Index, index
from codemod.rewrite.python.node_edits import Edit, OnNode, edit_of
from codemod.rewrite.python.syntax import RefusalError, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemod.rewrite.python.annotations import TypingNames

_OnPart = RemoveHandler | RemoveDecorator | RemoveStatement | DeleteDefinition
Located = OnNode | _OnPart | ReplaceExpression
_TWICE = "what is replaced there is changed by another operation too"
# The order of several operations on one place. All arguments go before a keyword is set, and a keyword is removed after
# one is set, to see the layout to imitate; what is put first in a body comes after all that looks at the body.
_ORDER = (
    ReplaceCallee,
    RemoveArguments,
    SetCallKeyword,
    RemoveCallKeyword,
    MakeAsync,
    RenameFunction,
    RemoveParameter,
    AddParameter,
    AddDecorator,
    AddCleanup,
    AppendStatements,
    SuppressTeardown,
    PrependStatements,
    ReplaceDefinition,
    ReplaceExpression,
    RemoveHandler,
    RemoveDecorator,
    RemoveStatement,
    DeleteDefinition,
)


def edited(module: cst.Module, operations: Sequence[Located], style: Style, names: TypingNames) -> cst.Module:
    """Return the module after the operations that have a place in it.

    Raise RefusalError where a place is not there, an edit could not be exact, or two of them exclude each other.
    """
    plan = _Plan(index(module))
    ordered = sorted(_prepared(operations), key=lambda each: _ORDER.index(type(each)))
    for operation in ordered:
        try:
            plan.add(operation, style, names, module.default_indent)
        except RefusalError as refusal:
            raise _at(refusal, operation) from None
    plan.add_replacements(module, style)
    plan.add_parts()
    return cst.ensure_type(module.visit(_Applier(plan)), cst.Module)


def _prepared(operations: Sequence[Located]) -> Iterable[Located]:
    """Return the operations so that statements to be put first end in the order given: the last of them come first."""
    first = [operation for operation in operations if isinstance(operation, PrependStatements)]
    return [*reversed(first), *(operation for operation in operations if not isinstance(operation, PrependStatements))]


class _Plan:
    """The edits of each node, and the nodes that are deleted or replaced as a whole."""

    def __init__(self, places: Index) -> None:
        self.places = places
        self.edits: defaultdict[cst.CSTNode, list[Edit]] = defaultdict(list)
        self.gone: set[cst.CSTNode] = set()
        self.whole: dict[cst.CSTNode, ReplaceDefinition | ReplaceExpression] = {}
        self._replaced: list[tuple[ReplaceExpression, cst.BaseExpression]] = []
        self._handlers: defaultdict[cst.Try | cst.TryStar, set[int]] = defaultdict(set)
        self._decorators: defaultdict[cst.FunctionDef | cst.ClassDef, set[int]] = defaultdict(set)
        self._rows: defaultdict[cst.SimpleStatementLine | cst.SimpleStatementSuite, set[int]] = defaultdict(set)
        self._blocks: defaultdict[cst.CSTNode, BlockChanges] = defaultdict(BlockChanges)

    def add(self, operation: Located, style: Style, names: TypingNames, indent: str) -> None:
        """Look up the operation's place and note what is to be done there; raise RefusalError where it is not there."""
        if isinstance(operation, ReplaceExpression):
            self._replaced.append((operation, self.places.expression(operation.span)))
        elif isinstance(operation, _OnPart):
            self._add_part(operation)
        else:
            node, edit = edit_of(operation, self.places, style, names, indent)
            self.edits[node].append(partial(_guarded, edit, operation))
            if isinstance(operation, ReplaceDefinition):
                self.whole[node] = operation
            decorator = self.places.decorators.get(node)
            if decorator and isinstance(operation, RemoveCallKeyword) and has_keyword(node, operation.keyword):
                self.edits[decorator] = [drop_empty_parentheses]

    def _add_part(self, operation: _OnPart) -> None:
        match operation:
            case RemoveHandler(span=span):
                attempt, number = self.places.handler(span)
                self._handlers[attempt].add(number)
            case RemoveDecorator(span=span):
                owner, number = self.places.decorator(span)
                self._decorators[owner].add(number)
                self.gone.add(owner.decorators[number])
            case RemoveStatement(span=span):
                row, number = self.places.statement(span)
                self._rows[row].add(number)
                self.gone.add(row.body[number])
            case DeleteDefinition(span=span):
                function = self.places.function(span)
                block, number = self.places.blocks[function]
                self._blocks[block].deleted.add(number)
                self.gone.add(function)

    def add_replacements(self, module: cst.Module, style: Style) -> None:
        """Add the edits that replace expressions; raise RefusalError where the new one cannot stand there."""
        if not self._replaced:
            return
        around = surroundings(module, {node for _, node in self._replaced})
        for operation, node in self._replaced:
            parent, statement = around[node]
            try:
                if node in self.whole:
                    raise RefusalError(_TWICE)
                self.whole[node] = operation
                if operation.code:
                    new = replacement(node, operation.code, statement, style)
                    self.edits[node].append(partial(_replaced_by, new))
                elif isinstance(parent, cst.Yield | cst.Return):
                    self.edits[parent].append(bare)
                else:
                    raise RefusalError("only the value of a yield or a return can be left out")
            except RefusalError as refusal:
                raise _at(refusal, operation) from None

    def add_parts(self) -> None:
        """Add the edits that take parts out of a ``try``, a line, a block, or from above a function."""
        for owner, numbers in self._decorators.items():
            self.edits[owner].append(partial(remove_decorators, positions=numbers))
        for attempt, numbers in self._handlers.items():
            if is_unwrapped(attempt, numbers):
                block, position = self.places.blocks[attempt]
                self._blocks[block].unwrapped.add(position)
            else:
                self.edits[attempt].append(partial(remove_handlers, removed=numbers))
        for row, numbers in self._rows.items():
            if isinstance(row, cst.SimpleStatementLine) and len(numbers) == len(row.body):
                block, position = self.places.blocks[row]
                self._blocks[block].removed.add(position)
            else:
                self.edits[row].append(partial(remove_small_statements, positions=numbers))
        for container, changes in self._blocks.items():
            self.edits[container].append(partial(change_block, changes=changes))


class _Applier(cst.CSTTransformer):
    """Apply each node's edits once its children are done."""

    def __init__(self, plan: _Plan) -> None:
        super().__init__()
        self.plan = plan
        self.inside: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if node in self.plan.gone:
            return False
        if node in self.plan.whole:
            self.inside.append(node)
        if self.inside:
            self._refuse_second_edit(node)
        return True

    def _refuse_second_edit(self, node: cst.CSTNode) -> None:
        operation = self.plan.whole[self.inside[-1]]
        # The edit of the replacement itself; for an empty expression it is that of the statement around it.
        own = node is self.inside[-1] and (isinstance(operation, ReplaceDefinition) or bool(operation.code))
        if len(self.plan.edits.get(node, ())) > own or len(self.inside) > 1:
            raise _at(RefusalError(_TWICE), operation)

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        if original_node in self.plan.gone:
            return updated_node
        if self.inside and self.inside[-1] is original_node:
            self.inside.pop()
        for edit in self.plan.edits.get(original_node, ()):
            updated_node = edit(updated_node)
        return updated_node


def _replaced_by(new: cst.CSTNode, node: cst.CSTNode) -> cst.CSTNode:
    del node
    return new


def _guarded(edit: Edit, operation: Located, node: cst.CSTNode) -> cst.CSTNode:
    try:
        return edit(node)
    except RefusalError as refusal:
        raise _at(refusal, operation) from None


def _at(refusal: RefusalError, operation: Located) -> RefusalError:
    return RefusalError(f"line {operation.span.line}: {refusal.reason}")
