"""Bodies that make event loops: what an `event_loop` fixture does besides, and whether its loop can be taken out."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.names import Names
    from codemod.operations import Span

Function = ast.FunctionDef | ast.AsyncFunctionDef

_PLAIN = frozenset(
    f"asyncio.{module}{name}"
    for module in ("", "events.")
    for name in ("new_event_loop", "get_event_loop", "get_running_loop")
)
POLICY = "asyncio.get_event_loop_policy"
_SHUTDOWN = frozenset({"shutdown_asyncgens", "shutdown_default_executor"})
_LOOP_CLASSES = ("EventLoop", "Loop")


@dataclass(frozen=True, slots=True)
class Extra:
    """A statement of an ``event_loop`` body that does more than make, set and close a loop."""

    text: str
    span: Span
    touches_loop: bool
    runs_loop: bool = False


@dataclass(frozen=True, slots=True)
class LoopBody:
    """The body of an ``event_loop`` fixture.

    ``factory`` is Python source of a callable that makes the loop, "" for asyncio's own; ``helper`` the dotted name of
    a project function that makes it. ``made`` are the simple statements that go when the loop does, ``maker`` the one
    of them that makes it, and its expression. ``handed`` is the one yielded or returned expression, ``handing`` its
    statement, ``annotation`` what the signature says it is. ``names`` are all names in the definition. ``whole`` says
    that those statements can be taken out one by one, ``known`` that each of them is understood, ``conditional`` is
    the test under which a policy is chosen. ``policy`` is the source of the one statement that sets a policy and does
    nothing else, with the comments above it, ``policy_names`` the names in it.
    """

    factory: str = ""
    helper: str = ""
    made: tuple[Span, ...] = ()
    maker: tuple[Span, Span] | None = None
    handed: Span | None = None
    handing: Span | None = None
    annotation: Span | None = None
    names: tuple[str, ...] = ()
    yields: bool = False
    debug: bool = False
    whole: bool = True
    known: bool = True
    conditional: str = ""
    policy: str = ""
    policy_names: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()


@dataclass(slots=True)
class Body:
    """Reads one body; ``loops``, ``policies`` and ``tasks`` are the names bound to such things."""

    names: Names
    loops: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    factories: set[str] = field(default_factory=set)
    helpers: set[str] = field(default_factory=set)
    made: list[Span] = field(default_factory=list)
    makers: list[tuple[Span, Span]] = field(default_factory=list)
    handed: list[tuple[ast.expr, ast.stmt]] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    conditional: str = ""
    policy_statements: list[ast.stmt] = field(default_factory=list)
    yields: bool = False
    debug: bool = False
    whole: bool = True
    known: bool = True

    def read(self, node: Function) -> LoopBody | None:
        """Return what the body does, None where it hands no loop over."""
        statements = node.body[1:] if _is_docstring(node.body[0]) else node.body
        self._bind(statements)
        self._block(statements)
        if not self.handed:
            return None
        one = self.handed[0] if len(self.handed) == 1 else None
        handed = self.names.span(one[0]) if one is not None else None
        annotation = _handed_type(node.returns)
        return LoopBody(
            factory=next(iter(self.factories), ""),
            helper=next(iter(self.helpers), ""),
            made=tuple(self.made),
            maker=self.makers[0] if len(self.makers) == 1 else None,
            handed=handed,
            handing=self.names.span(one[1]) if one is not None else None,
            annotation=self.names.span(annotation) if annotation is not None else None,
            names=tuple(sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)})),
            yields=self.yields,
            debug=self.debug,
            whole=self.whole and handed is not None,
            known=self.known and len(self.factories) + len(self.helpers) <= 1,
            conditional=self.conditional,
            policy=self._policy_source(),
            policy_names=tuple(sorted({n.id for s in self.policy_statements for n in ast.walk(s) if _is_name(n)})),
            extras=tuple(self.extras),
        )

    def _bind(self, statements: list[ast.stmt]) -> None:
        """Find the names that hold loops, policies and leftover tasks before the statements are judged."""
        for node in (n for s in statements for n in ast.walk(s)):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                bound = {t.id for t in targets if isinstance(t, ast.Name)}
                if self._is_policy(node.value):
                    self.policies |= bound
                elif self._makes(node.value):
                    self.loops |= bound
                elif self._is_tasks(node.value):
                    self.tasks |= bound

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, ast.Try):
                inner = [*statement.body, *statement.orelse, *statement.finalbody]
                inner += [s for handler in statement.handlers for s in handler.body]
                if statement.handlers:
                    self.whole = False
                self._block(inner)
            elif isinstance(statement, ast.With):
                self._extra(statement)
            else:
                self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return) else None
        if isinstance(statement, ast.Return) and value is not None:
            self._hand(value, statement)
        elif isinstance(value, ast.Yield):
            self.yields = True
            if value.value is not None:
                self._hand(value.value, statement)
        elif isinstance(statement, ast.If):
            self._condition(statement)
        elif isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(value, ast.Constant)):
            return
        elif value is not None and self._is_of_loop(statement, value):
            self.made.append(self.names.span(statement))
            if not isinstance(statement, ast.Expr) and self._makes(value):
                self.makers.append((self.names.span(statement), self.names.span(value)))
            if self._sets_policy(statement):
                self.policy_statements.append(statement)
        elif isinstance(statement, ast.For) and self._cancels(statement):
            self.whole = False
        elif not (isinstance(statement, ast.Raise) and not self.whole):
            self._extra(statement)

    def _hand(self, value: ast.expr, statement: ast.stmt) -> None:
        self.handed.append((value, statement))
        if isinstance(value, ast.Name):
            self.known = self.known and value.id in self.loops
        elif not self._makes(value, remember=True):
            self.known = False

    def _is_of_loop(self, statement: ast.stmt, value: ast.expr) -> bool:
        """Tell whether a simple statement only makes, sets, prepares or closes the loop."""
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            return self._is_policy(value) or self._makes(value, remember=True) or self._is_tasks(value)
        return isinstance(value, ast.Call) and self._is_loop_call(value)

    def _is_loop_call(self, call: ast.Call) -> bool:
        dotted = self.names.dotted(call.func)
        if dotted == "asyncio.set_event_loop":
            return True
        if dotted == "asyncio.set_event_loop_policy":
            return self._policy_set(call)
        if dotted == "uvloop.install":
            self.factories.add("uvloop.new_event_loop")
            return True
        if not isinstance(call.func, ast.Attribute):
            return False
        method, holder = call.func.attr, call.func.value
        if method == "set_event_loop" and self._is_policy(holder):
            return True
        if not (isinstance(holder, ast.Name) and holder.id in self.loops):
            return False
        if method == "set_debug":
            argument = call.args[0] if call.args else None
            self.debug = self.debug or (isinstance(argument, ast.Constant) and argument.value is True)
            return isinstance(argument, ast.Constant)
        return method in ("close", "stop") or (method == "run_until_complete" and self._is_shutdown(call))

    def _is_shutdown(self, call: ast.Call) -> bool:
        """Tell whether a run is what asyncio.Runner does by itself at the end (SEMANTICS §3.2, from 1.1)."""
        argument = call.args[0] if call.args else None
        if not isinstance(argument, ast.Call):
            return False
        if isinstance(argument.func, ast.Attribute) and argument.func.attr in _SHUTDOWN:
            return True
        gathers = self.names.dotted(argument.func) in ("asyncio.gather", "asyncio.wait")
        inner = (n.id for n in ast.walk(argument) if isinstance(n, ast.Name))
        return gathers and any(name in self.tasks for name in inner)

    def _policy_set(self, call: ast.Call) -> bool:
        argument = call.args[0] if call.args else None
        if isinstance(argument, ast.Constant) and argument.value is None:
            return True
        if isinstance(argument, ast.Call) and not argument.args and not argument.keywords:
            text = self.names.source(argument, limit=200)
            known = {"uvloop.EventLoopPolicy": "uvloop.new_event_loop"}
            self.factories.add(known.get(self.names.dotted(argument.func), f"{text}.new_event_loop"))
            return True
        return isinstance(argument, ast.Name) and argument.id in self.policies

    def _condition(self, statement: ast.If) -> None:
        """A policy chosen by platform or version is known to be one, but not which; anything else is an extra."""
        inner = [n for n in ast.walk(statement) if isinstance(n, ast.stmt)]
        if not any(self._sets_policy(each) for each in inner):
            self.whole = False
            self._block([*statement.body, *statement.orelse])
            return
        self.conditional = self.names.source(statement.test)
        if all(isinstance(each, ast.If | ast.Pass) or self._sets_policy(each) for each in inner):
            self.policy_statements.append(statement)
        else:
            self.known = False

    def _sets_policy(self, statement: ast.stmt) -> bool:
        """Tell whether a statement only sets a policy (to None is to take one back)."""
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call):
            return False
        taken_back = any(isinstance(arg, ast.Constant) and arg.value is None for arg in call.args)
        dotted = self.names.dotted(call.func)
        return dotted == "uvloop.install" or (dotted == "asyncio.set_event_loop_policy" and not taken_back)

    def _policy_source(self) -> str:
        """Return the one statement that sets a policy as it would stand at the top level, "" where there are others."""
        if len(self.policy_statements) != 1:
            return ""
        statement = self.policy_statements[0]
        first, lines = statement.lineno - 1, self.names.lines
        while first > 0 and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return textwrap.dedent("\n".join(lines[first : statement.end_lineno]))

    def _cancels(self, loop: ast.For) -> bool:
        over = self._is_tasks(loop.iter) or (isinstance(loop.iter, ast.Name) and loop.iter.id in self.tasks)
        calls = [n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Call)]
        return over and all(isinstance(c.func, ast.Attribute) and c.func.attr in ("cancel", "done") for c in calls)

    def _extra(self, statement: ast.stmt) -> None:
        used = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
        runs = any(
            isinstance(n, ast.Attribute) and n.attr in ("run_until_complete", "run_forever")
            for n in ast.walk(statement)
        )
        first = self.names.lines[statement.lineno - 1].strip()
        self.extras.append(Extra(first, self.names.span(statement), bool(used & self.loops), runs))

    # --- expressions -------------------------------------------------------------------------------------------

    def _is_policy(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.policies
        return isinstance(node, ast.Call) and self.names.dotted(node.func) == POLICY

    def _is_tasks(self, node: ast.expr) -> bool:
        called = (self.names.dotted(n.func) for n in ast.walk(node) if isinstance(n, ast.Call))
        return any(d in ("asyncio.all_tasks", "asyncio.Task.all_tasks", "asyncio.tasks.all_tasks") for d in called)

    def _makes(self, node: ast.expr, remember: bool = False) -> bool:
        """Tell whether ``node`` makes or finds a loop; ``remember`` what kind."""
        if not isinstance(node, ast.Call):
            return False
        dotted = self.names.dotted(node.func)
        if dotted in _PLAIN:
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("new_event_loop", "get_event_loop"):
            if self._is_policy(node.func.value):
                return True
            if isinstance(node.func.value, ast.Call) and self.names.dotted(node.func.value.func):
                if remember:
                    self.factories.add(self.names.source(node.func, limit=200))
                return True
        name = dotted.rpartition(".")[2].lstrip(":")
        if name.endswith(_LOOP_CLASSES) or name == "new_event_loop":
            if remember:
                bare = not node.args and not node.keywords
                text = self.names.source(node.func if bare else node, limit=200)
                self.factories.add(text if bare else f"lambda: {text}")
            return True
        if dotted and "loop" in name:
            if remember:
                self.helpers.add(dotted)
            return True
        return False


def _handed_type(annotation: ast.expr | None) -> ast.expr | None:
    """Return the part of a return annotation that names what is yielded or returned (``Iterator[X]``: ``X``)."""
    if not isinstance(annotation, ast.Subscript):
        return annotation
    return annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)
