"""Which edit of which node each operation on a call or a function is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from codemod.operations import (
    AddCleanup,
    AddDecorator,
    AddParameter,
    AppendStatements,
    MakeAsync,
    PrependStatements,
    RemoveArguments,
    RemoveCallKeyword,
    RemoveParameter,
    RenameFunction,
    ReplaceCallee,
    ReplaceDefinition,
    SetCallKeyword,
    SuppressTeardown,
)
from codemod.rewrite.python.calls import remove_arguments, remove_keyword, replace_callee, set_keyword
from codemod.rewrite.python.cleanup import add_cleanup
from codemod.rewrite.python.definitions import replace_definition
from codemod.rewrite.python.functions import add_decorator, make_async, prepend_statements, rename_function
from codemod.rewrite.python.parameters import add_parameter, remove_parameter
from codemod.rewrite.python.teardown import append_statements, suppress_teardown

if TYPE_CHECKING:
    from codemod.rewrite.python.annotations import TypingNames
    from codemod.rewrite.python.locate import Index
    from codemod.rewrite.python.syntax import Style

Edit = Callable[[cst.CSTNode], cst.CSTNode]
OnNode = (
    ReplaceCallee
    | RemoveArguments
    | SetCallKeyword
    | RemoveCallKeyword
    | MakeAsync
    | RenameFunction
    | RemoveParameter
    | AddParameter
    | AddDecorator
    | AddCleanup
    | AppendStatements
    | SuppressTeardown
    | PrependStatements
    | ReplaceDefinition
)


def edit_of(
    operation: OnNode, places: Index, style: Style, names: TypingNames, indent: str
) -> tuple[cst.CSTNode, Edit]:
    """Return the node that an operation means and what is to be done to it."""
    match operation:
        case SetCallKeyword(span=span, keyword=keyword, value=value):
            return places.call(span), lambda node: set_keyword(node, keyword, value, style, indent)
        case RemoveCallKeyword(span=span, keyword=keyword):
            return places.call(span), lambda node: remove_keyword(node, keyword)
        case ReplaceCallee(span=span, dotted=dotted):
            return places.call(span), lambda node: replace_callee(node, dotted)
        case RemoveArguments(span=span):
            return places.call(span), remove_arguments
        case AddDecorator(span=span, code=code):
            return places.definition(span), lambda node: add_decorator(node, code, style)
    return places.function(operation.span), _function_edit(operation, style, names, indent)


def _function_edit(operation: OnNode, style: Style, names: TypingNames, indent: str) -> Edit:
    match operation:
        case AddCleanup():
            return lambda node: add_cleanup(node, operation, style, names)
        case AppendStatements(statements=statements):
            return lambda node: append_statements(node, statements, style)
        case PrependStatements(statements=statements):
            return lambda node: prepend_statements(node, statements, style)
        case RemoveParameter(name=name):
            return lambda node: remove_parameter(node, name)
        case AddParameter(name=name):
            return lambda node: add_parameter(node, name, indent)
        case RenameFunction(name=name):
            return lambda node: rename_function(node, name)
        case ReplaceDefinition(code=code):
            return lambda node: replace_definition(node, code, style)
        case MakeAsync():
            return lambda node: make_async(node, names)
    return lambda node: suppress_teardown(node, style)
