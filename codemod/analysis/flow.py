"""The value flow of one function body: which values it makes, uses on its loop, keeps and hands over.

This reads one body alone and knows nothing of other files, so its result can be cached. A value is the set of
places it may come from (parameters, globals, results of calls). Statements are walked in order; an assignment in a
branch adds to what the name held before, so the sets only ever grow too large, never too small. What a call means
is decided later, in link.py, when every file is known.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.analysis.evaluate import Evaluator, root_name
from codemod.analysis.facts import LEAVE, Flow, Outcome, Ref, Value

if TYPE_CHECKING:
    from codemod.analysis.names import Names

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_flow(node: Function, names: Names, fixture_params: tuple[str, ...] = ()) -> Flow:
    """Read the body of a function or method; ``fixture_params`` are the strings ``request.param`` may be."""
    walker = _Walker(names, params=_parameters(node), fixture_params=fixture_params)
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            walker.replacements(decorator, names.dotted(decorator.func))
    walker.block(node.body)
    return walker.flow(node.body[-1])


def module_flow(tree: ast.Module, names: Names) -> Flow:
    """Read the module level; decorated functions flow into the object that decorates them (``@app.get``)."""
    walker = _Walker(names, params=frozenset(), module=True)
    walker.block(tree.body)
    return walker.flow(None)


def _parameters(node: Function) -> frozenset[str]:
    args = node.args
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return frozenset(a.arg for a in [*named, *filter(None, (args.vararg, args.kwarg))])


@dataclass(slots=True)
class _Walker(Evaluator):
    """Walks the statements of one body in order."""

    suppressions: list[ast.ExceptHandler] = field(default_factory=list)
    entered: dict[int, Value] = field(default_factory=dict)
    returns: list[ast.Return] = field(default_factory=list)

    def flow(self, last: ast.stmt | None) -> Flow:
        """Return what was found; ``last`` is the body's final statement."""
        return Flow(
            calls=tuple(self.calls),
            uses=tuple(self.uses),
            value=frozenset(self.result),
            stores=tuple(self.stores),
            bindings=dict(self.env) if self.module else {},
            replaced=tuple(sorted(self.replaced)),
            mentions=frozenset(self.mentions),
            suppressions=tuple(self.names.span(h) for h in self.suppressions),
            requested=tuple(self.requested),
            outcome=self._outcome(last),
        )

    def _outcome(self, last: ast.stmt | None) -> Outcome:
        value = self.yields[0] if self.yields else (self.returns[-1].value if self.returns else None)
        name = value.id if isinstance(value, ast.Name) else ""
        return Outcome(
            len(self.yields), len(self.returns), isinstance(last, ast.Return) and last.value is not None, name
        )

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        if self.module and isinstance(node, ast.ClassDef | ast.Import | ast.ImportFrom):
            return  # names of their own: names.py has the imports, index.py the classes
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._nested_function(node)
            case ast.ClassDef():
                self.bind(node.name, self.captured(node))
            case ast.Assign():
                value = self.ev(node.value)
                for target in node.targets:
                    self.assign(target, value)
            case ast.AnnAssign(value=ast.expr() as expression) | ast.AugAssign(value=expression):
                self.assign(node.target, self.ev(expression), keep=isinstance(node, ast.AugAssign))
            case ast.Return(value=ast.expr() as expression):
                self.returns.append(node)
                self.result |= self.ev(expression)
            case ast.Global() | ast.Import() | ast.ImportFrom():
                self._declare(node)
            case ast.With() | ast.AsyncWith():
                self._with(node)
            case ast.For() | ast.AsyncFor() | ast.While() | ast.If():
                self._branch(node)
            case ast.Try() | ast.TryStar():
                self._try(node)
            case _:
                self._children(node)

    def _declare(self, node: ast.Global | ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Global):
            self.global_names.update(node.names)
        else:  # what a function imports is its own
            self.names = replace(self.names, imports=dict(self.names.imports))
            self.names.add_import(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self.statement(child)
            elif isinstance(child, ast.expr):
                self.ev(child)
            else:
                self._children(child)

    def _nested_function(self, node: Function) -> None:
        if not self.module:
            self.bind(node.name, self.captured(node))
            return
        own = frozenset({Ref("name", f":{node.name}")})
        for decorator in node.decorator_list:
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            root = root_name(target)
            if isinstance(target, ast.Attribute) and root in self.env:
                self.env[root] = self.env[root] | own

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.ev(item.context_expr, entered=isinstance(node, ast.AsyncWith))
            if isinstance(node, ast.AsyncWith):
                self.entered[id(item)] = value
                self.use(item.context_expr, value, entered=True)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        opened = not self.teardown
        self.block(node.body)
        if isinstance(node, ast.AsyncWith) and opened and self.teardown:
            self._leave(node)

    def _leave(self, node: ast.AsyncWith) -> None:
        """A block left after the fixture's ``yield`` closes what it entered, at teardown."""
        for item in node.items:
            held = self.entered[id(item)]
            self.uses.append(self.use_fact(item.context_expr, held, held, LEAVE, entered=True))

    def _branch(self, node: ast.For | ast.AsyncFor | ast.While | ast.If) -> None:
        if isinstance(node, ast.For | ast.AsyncFor):
            value = self.ev(node.iter)
            if isinstance(node, ast.AsyncFor):
                self.use(node.iter, value)
            self.assign(node.target, value)
        else:
            self.ev(node.test)
        conditional = isinstance(node, ast.If)
        self.depth += 1
        self.branches += conditional
        self.block(node.body)
        self.block(node.orelse)
        self.branches -= conditional
        self.depth -= 1

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.block(node.body)
        self.depth += 1
        self.branches += 1
        for handler in node.handlers:
            if _suppresses_closed_loop(handler):
                self.suppressions.append(handler)
            self.block(handler.body)
        self.branches -= 1
        self.depth -= 1
        self.block(node.orelse)
        self.block(node.finalbody)


def _suppresses_closed_loop(handler: ast.ExceptHandler) -> bool:
    """Tell whether the handler looks for the text "Event loop is closed" (the document's last resort)."""
    return any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) and "loop is closed" in n.value
        for n in ast.walk(handler)
    )
