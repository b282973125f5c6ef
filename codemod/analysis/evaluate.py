"""What the expressions of one body mean: values by where they come from, calls, uses, and what is kept where.

The values are sets that only grow too large, never too small (flow.py walks the statements and owns the order).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC, NOTHING, CallFact, Ref, UseFact, Value
from codemod.analysis.names import BUILTINS
from codemod.knowledge import knowledge_base

if TYPE_CHECKING:
    from codemod.analysis.names import Names

_PASSES_THROUGH = frozenset({"enter_async_context", "enter_context", "aclosing", "closing", "wait_for", "shield"})
_PLAIN = (ast.Constant, ast.JoinedStr, ast.Compare, ast.UnaryOp)


@dataclass(slots=True)
class Evaluator:
    """The state of one walk, and how it reads expressions."""

    names: Names
    params: frozenset[str]
    module: bool = False
    env: dict[str, Value] = field(default_factory=dict)
    calls: list[CallFact] = field(default_factory=list)
    uses: list[UseFact] = field(default_factory=list)
    result: set[Ref] = field(default_factory=set)
    stores: list[tuple[Ref, Value]] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    fixture_params: tuple[str, ...] = ()
    yields: list[ast.expr | None] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    depth: int = 0
    branches: int = 0
    teardown: bool = False

    def ev(self, node: ast.expr, awaited: bool = False, entered: bool = False) -> Value:
        """Return where the value of an expression may come from, and record the calls and uses inside it."""
        match node:
            case ast.Name():
                return self._name(node.id)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Await():
                value = self.ev(node.value, awaited=True)
                self.use(node.value, value)
                return value
            case ast.Call():
                return self._call(node, awaited, entered)
            case ast.Yield() | ast.YieldFrom():
                self.yields.append(node.value)
                if node.value is not None:
                    self.result |= self.ev(node.value)
                self.teardown = True
                return NOTHING
            case ast.Lambda():
                return self.captured(node)
            case ast.NamedExpr():
                value = self.ev(node.value)
                self.assign(node.target, value)
                return value
            case ast.Subscript():
                # At module level an alias such as Annotated[Session, Depends(get_db)] carries what it mentions.
                inside = self.ev(node.slice)
                return self.ev(node.value) | (inside if self.module else NOTHING)
            case _:
                found = frozenset[Ref]().union(*(self.ev(child) for child in _expressions(node)))
                return NOTHING if isinstance(node, _PLAIN) else found

    def _name(self, name: str) -> Value:
        if name in self.env:
            return self.env[name]
        if name in ("self", "cls") and name in self.params:
            return frozenset({Ref("self")})
        if name in self.params:
            return frozenset({Ref("param", name)})
        dotted = self.names.root(name)
        if not dotted or dotted.startswith("builtins."):
            return NOTHING
        self.mentions.add(dotted)
        return frozenset({Ref("name", dotted)})

    def _attribute(self, node: ast.Attribute) -> Value:
        if dotted := self._global(node):
            return frozenset({Ref("name", dotted)})
        return frozenset(Ref(r.kind, r.name, r.index, node.attr, r.held) for r in self.ev(node.value))

    def _global(self, node: ast.expr) -> str:
        """Return the dotted name of something outside this body, and note that it is mentioned; "" for the rest."""
        dotted = "" if root_name(node) in self.params else self.names.dotted(node, self.env)
        if dotted:
            self.mentions.add(dotted)
        return dotted

    def _call(self, node: ast.Call, awaited: bool, entered: bool) -> Value:
        callee, receiver, method = self._callee(node.func)
        values = [*node.args, *(k.value for k in node.keywords)]
        each = [self.ev(a.value if isinstance(a, ast.Starred) else a) for a in values]
        args = NOTHING.union(*each)
        if node.args and (method in _PASSES_THROUGH or callee.rpartition(".")[2] in _PASSES_THROUGH):
            if method.startswith("enter_"):
                self.uses.append(self.use_fact(node, args, NOTHING, "", entered=True))
            return each[0]
        self.replacements(node, callee, method, each[len(node.args) - 1] if node.args else NOTHING)
        if method == "getfixturevalue":
            name = self.names.constant(node.args[0] if node.args else None) or DYNAMIC
            names = self.fixture_params if name == DYNAMIC and self.fixture_params else (name,)
            self.requested.extend(names)
            return frozenset(Ref("param", each) for each in names)
        self.calls.append(self._call_fact(node, callee, receiver, method, args, awaited, entered))
        index = len(self.calls) - 1
        self._keep(node, callee, method, args, awaited, index)
        self._foreign(node, callee, method, args)
        if callee.startswith("builtins."):
            return NOTHING if callee.removeprefix("builtins.") in BUILTINS - {"list", "tuple", "dict", "set"} else args
        return frozenset({Ref("call", index=index)})

    def _callee(self, func: ast.expr) -> tuple[str, Value, str]:
        """Return (dotted name, receiver, method) of what is called."""
        if dotted := self._global(func):
            base = dotted.rpartition(".")[0]
            method = dotted.rpartition(".")[2] if isinstance(func, ast.Attribute) else "__call__"
            owner = base if isinstance(func, ast.Attribute) else dotted
            return dotted, frozenset({Ref("name", owner)}) if owner.strip(".") else NOTHING, method
        if isinstance(func, ast.Attribute):
            return "", self.ev(func.value), func.attr
        return "", self.ev(func), "__call__"

    def _call_fact(
        self, node: ast.Call, callee: str, receiver: Value, method: str, args: Value, awaited: bool, entered: bool
    ) -> CallFact:
        url = next((k.value for k in node.keywords if k.arg == "url"), node.args[0] if node.args else None)
        return CallFact(
            callee=callee,
            method=method,
            receiver=receiver,
            args=args,
            keywords=tuple((k.arg, self.names.source(k.value)) for k in node.keywords if k.arg),
            first=self._literal(url),
            span=self.names.span(node),
            text=self.names.source(node),
            awaited=awaited,
            entered=entered,
            unpacks=any(k.arg is None for k in node.keywords),
            teardown=self.teardown,
            branch=self.branches > 0,
        )

    def _literal(self, node: ast.expr | None) -> str:
        """Return the literal beginning of an argument, or the dotted name it is, or ""."""
        if (
            isinstance(node, ast.Name)
            and node.id in self.names.tops
            and (value := self.names.tops[node.id]) is not None
        ):
            return self.names.prefix(value) or self.names.dotted(node)
        prefix = self.names.prefix(node)
        return prefix or (self.names.dotted(node, self.env) if node is not None else "")

    def _keep(self, node: ast.Call, callee: str, method: str, args: Value, awaited: bool, index: int) -> None:
        """Let a call keep its arguments in its receiver, and a task work on what its coroutine was given."""
        resource = knowledge_base().by_call.get(callee)
        if (resource and resource.captures) or method == "create_task":
            for name in [n.id for a in node.args for n in ast.walk(a) if isinstance(n, ast.Name)]:
                if name in self.env:
                    self.env[name] = self.env[name] | {Ref("call", index=index, held=True)}
        root = root_name(node.func) if isinstance(node.func, ast.Attribute) else ""
        if args and not awaited and root in self.env:
            self.env[root] = self.env[root] | args
        elif args and self.module and root in self.names.tops:
            self.env[root] = self.env.get(root, NOTHING) | args

    def replacements(self, node: ast.Call, callee: str, method: str = "", given: Value = NOTHING) -> None:
        """Note globals a test replaces: ``monkeypatch.setattr(db, "engine", given)``, ``patch("app.db.engine")``."""
        if method not in ("setattr", "patch", "object") and not callee.endswith((".patch", ".object")):
            return
        texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        owner = self.names.dotted(node.args[0], self.env) if node.args else ""
        place = f"{owner}.{texts[0]}" if owner and texts else texts[0] if texts else ""
        if place:
            self.replaced.add(place)
            if method == "setattr" and len(node.args) > 1:
                self.stores.append((Ref("name", place), given))

    def _foreign(self, node: ast.Call, callee: str, method: str, args: Value) -> None:
        known = knowledge_base()
        if callee not in known.foreign_run | known.foreign_clients and method not in known.foreign_run_methods:
            return
        use = self.use_fact(node, args, NOTHING, "")
        loop = f"{use.line}:{use.column}"
        self.uses.append(replace(use, foreign=loop))
        for ref in args:
            if ref.kind == "call":
                self.calls[ref.index] = replace(self.calls[ref.index], foreign=loop)

    def use(self, node: ast.expr, value: Value, entered: bool = False) -> None:
        """Record that ``node`` is awaited, entered or iterated here."""
        if (
            isinstance(node, ast.Call)
            and len(value) == 1
            and (ref := next(iter(value))).kind == "call"
            and not ref.attribute
        ):
            call = self.calls[ref.index]
            operands = call.receiver | call.args | (value if entered else NOTHING)
            self.uses.append(self.use_fact(node, operands, call.receiver, call.method, entered, ref.index))
        else:
            self.uses.append(self.use_fact(node, value, NOTHING, "", entered))

    def use_fact(
        self, node: ast.expr, value: Value, receiver: Value, method: str, entered: bool = False, call: int = -1
    ) -> UseFact:
        """Return the fact of one use, at this point of the walk."""
        span = self.names.span(node)
        return UseFact(
            value,
            receiver,
            method,
            call,
            span.line,
            span.column,
            self.names.source(node),
            self.teardown,
            entered,
            branch=self.branches > 0,
        )

    # --- names and what they keep ----------------------------------------------------------------------------

    def captured(self, node: ast.AST) -> Value:
        """Return all that a nested function, class or lambda mentions: whoever holds it holds that."""
        found: set[Ref] = set()
        for child in ast.walk(node):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                found |= self._name(child.id)
        return frozenset(Ref(r.kind, r.name, r.index, r.attribute, True) for r in found)

    def assign(self, target: ast.expr, value: Value, keep: bool = False) -> None:
        """Give ``value`` to the target of an assignment."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value | self.env.get(target.id, NOTHING) if keep or self.depth else value)
            self._name_call(value, target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self.assign(element, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self._store(target, value)

    def _name_call(self, value: Value, name: str) -> None:
        """Remember the variable a call's result is first bound to, for messages."""
        for ref in value:
            if ref.kind == "call" and not ref.attribute and not self.calls[ref.index].target:
                self.calls[ref.index] = replace(self.calls[ref.index], target=name)

    def bind(self, name: str, value: Value) -> None:
        """Let ``name`` stand for ``value`` from here on."""
        if name in self.global_names:
            self.stores.append((Ref("name", f":{name}"), value))
        self.env[name] = value

    def _store(self, target: ast.Attribute | ast.Subscript, value: Value) -> None:
        """Keep ``value`` in the object that is written to; a dependency override also cuts what it replaces."""
        if isinstance(target, ast.Subscript):
            value |= self.ev(target.slice)
            if isinstance(target.value, ast.Attribute) and target.value.attr == "dependency_overrides":
                self.replaced.add(self.names.dotted(target.slice, self.env))
        root = root_name(target)
        if root in ("self", "cls"):
            self.stores.append((Ref("self"), value))
        elif root in self.env or root in self.params:
            self.env[root] = self._name(root) | value
        elif root and (dotted := self.names.dotted(_container(target))):
            self.stores.append((Ref("name", dotted), value))


def _expressions(node: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            found.append(child)
        else:
            found.extend(_expressions(child))
    return found


def _container(node: ast.expr) -> ast.expr:
    """Return what is written to, or into: the attribute itself, the object under a subscript."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def root_name(node: ast.expr) -> str:
    """Return the name an attribute or subscript chain begins with, "" for other expressions."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
