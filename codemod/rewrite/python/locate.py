"""Find the nodes that operations mean: from `ast` spans to libcst nodes.

`PositionProvider` agrees with `ast` in lines and character columns for byte-order marks, form feeds, every newline
style, tabs, non-UTF-8 encodings, parentheses, decorators, f-strings and type parameters (tests/rewrite has a case for
each). It differs in one thing: a block whose last statement ends in ``;`` ends before the semicolon, so functions and
except clauses are found by their start and their last line. And the parentheses of a tuple or of a generator
expression, which `ast` counts as a part of it, are none of it in libcst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from codemod.operations import Span
from codemod.rewrite.python.syntax import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Index:
    """The nodes of one module that operations can mean, by place, and the parents that some edits need."""

    calls: Mapping[Span, cst.CSTNode]
    functions: Mapping[Span, cst.FunctionDef]
    classes: Mapping[Span, cst.ClassDef]
    attempts: Mapping[Span, tuple[cst.Try | cst.TryStar, int]]
    decorators: Mapping[cst.CSTNode, cst.Decorator]
    blocks: Mapping[cst.CSTNode, tuple[cst.IndentedBlock | cst.Module, int]]
    decorated: Mapping[Span, tuple[cst.FunctionDef | cst.ClassDef, int]]
    statements: Mapping[Span, tuple[cst.SimpleStatementLine | cst.SimpleStatementSuite, int]]
    expressions: Mapping[Span, cst.BaseExpression]

    def call(self, span: Span) -> cst.CSTNode:
        """Return the call, or the bare name or attribute, at ``span``; raise RefusalError where there is none."""
        if span not in self.calls:
            raise RefusalError("there is no call or name at this place")
        return self.calls[span]

    def function(self, span: Span) -> cst.FunctionDef:
        """Return the function whose ``def`` is at ``span``; raise RefusalError where there is none."""
        place = _without_end_column(span)
        if place not in self.functions:
            raise RefusalError("there is no function at this place")
        return self.functions[place]

    def definition(self, span: Span) -> cst.FunctionDef | cst.ClassDef:
        """Return the function or class at ``span``; raise RefusalError where there is none."""
        found = self.classes.get(_without_end_column(span))
        return self.function(span) if found is None else found

    def handler(self, span: Span) -> tuple[cst.Try | cst.TryStar, int]:
        """Return the ``try`` of the except clause at ``span``, and its position; raise RefusalError without one."""
        place = _without_end_column(span)
        if place not in self.attempts:
            raise RefusalError("there is no except clause at this place")
        return self.attempts[place]

    def decorator(self, span: Span) -> tuple[cst.FunctionDef | cst.ClassDef, int]:
        """Return what the decorator at ``span`` decorates, and its position; raise RefusalError without one."""
        if span not in self.decorated:
            raise RefusalError("there is no decorator at this place")
        return self.decorated[span]

    def statement(self, span: Span) -> tuple[cst.SimpleStatementLine | cst.SimpleStatementSuite, int]:
        """Return the line of the simple statement at ``span``, and its position; raise RefusalError without one."""
        if span not in self.statements:
            raise RefusalError("there is no simple statement at this place")
        return self.statements[span]

    def expression(self, span: Span) -> cst.BaseExpression:
        """Return the expression at ``span``; raise RefusalError where there is none."""
        if span not in self.expressions:
            raise RefusalError("there is no expression at this place")
        return self.expressions[span]


def index(module: cst.Module) -> Index:
    """Return where everything is in ``module``, which is used as it is, without a copy."""
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    spans: dict[cst.CSTNode, Span] = {node: _span(place) for node, place in positions.items()}
    called = {node.func for node in spans if isinstance(node, cst.Call)}
    names = {node for node in spans if isinstance(node, cst.Name | cst.Attribute)} - called
    attempts: dict[Span, tuple[cst.Try | cst.TryStar, int]] = {}
    blocks: dict[cst.CSTNode, tuple[cst.IndentedBlock | cst.Module, int]] = {}
    decorated: dict[Span, tuple[cst.FunctionDef | cst.ClassDef, int]] = {}
    statements: dict[Span, tuple[cst.SimpleStatementLine | cst.SimpleStatementSuite, int]] = {}
    for node in [module, *spans]:
        if isinstance(node, cst.Try | cst.TryStar):
            for number, handler in enumerate(node.handlers):
                attempts[_without_end_column(spans[handler])] = node, number
        elif isinstance(node, cst.IndentedBlock | cst.Module):
            blocks.update({statement: (node, number) for number, statement in enumerate(node.body)})
        elif isinstance(node, cst.SimpleStatementLine | cst.SimpleStatementSuite):
            statements.update({spans[statement]: (node, number) for number, statement in enumerate(node.body)})
        elif isinstance(node, cst.FunctionDef | cst.ClassDef):
            decorated.update({spans[each.decorator]: (node, number) for number, each in enumerate(node.decorators)})
    return Index(
        # The name in ``name(...)`` is no place of its own: to make it a call would call the result.
        calls={span: node for node, span in spans.items() if isinstance(node, cst.Call) or node in names},
        functions={_without_end_column(s): node for node, s in spans.items() if isinstance(node, cst.FunctionDef)},
        classes={_without_end_column(s): node for node, s in spans.items() if isinstance(node, cst.ClassDef)},
        attempts=attempts,
        decorators={node.decorator: node for node in spans if isinstance(node, cst.Decorator)},
        blocks=blocks,
        decorated=decorated,
        statements=statements,
        expressions={_whole(node, spans): node for node in spans if _is_expression(node)},
    )


def _is_expression(node: cst.CSTNode) -> TypeGuard[cst.BaseExpression]:
    # ``*a`` is an expression to libcst only; a generator without parentheses of its own ends with those of its call.
    if isinstance(node, cst.StarredElement) or (isinstance(node, cst.GeneratorExp) and not node.lpar):
        return False
    return isinstance(node, cst.BaseExpression)


def _whole(node: cst.BaseExpression, spans: Mapping[cst.CSTNode, Span]) -> Span:
    if not isinstance(node, cst.Tuple | cst.GeneratorExp) or not node.lpar:
        return spans[node]
    start, end = spans[node.lpar[-1]], spans[node.rpar[0]]
    return Span(start.line, start.column, end.end_line, end.end_column)


def _span(place: CodeRange) -> Span:
    return Span(place.start.line, place.start.column, place.end.line, place.end.column)


def _without_end_column(span: Span) -> Span:
    return Span(span.line, span.column, span.end_line, 0)
