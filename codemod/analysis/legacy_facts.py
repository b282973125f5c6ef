"""What a file says about loops in the manner of pytest-asyncio before 1.0: `event_loop` bodies, and uses of the name.

Read only for files in which the word stands, so suites of today pay nothing. Like all facts these are about one file:
what a helper of another module does is looked up later.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.loop_bodies import POLICY, Body, Function, LoopBody

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.analysis.names import Names
    from codemod.operations import Span

EVENT_LOOP = "event_loop"
GET_EVENT_LOOP = ("asyncio.get_event_loop", "asyncio.events.get_event_loop")


@dataclass(frozen=True, slots=True)
class LoopUse:
    """One use of a parameter ``event_loop``.

    ``kind`` is "call" (of the method ``name``), "attribute" or "value" (handed on, compared, stored); ``nested`` says
    that it stands in a function of its own, which may run at another time.
    """

    kind: str
    name: str
    span: Span
    nested: bool = False


@dataclass(frozen=True, slots=True)
class LegacyFacts:
    """What one function says of loops: its body as a maker of loops, and its uses of its parameter ``event_loop``.

    ``current`` are its calls of ``get_event_loop`` (asyncio's or a policy's) that raise where there is no current loop,
    ``dynamic`` those of ``getfixturevalue("event_loop")``.
    """

    body: LoopBody | None = None
    uses: tuple[LoopUse, ...] = ()
    parameter: bool = False
    current: tuple[Span, ...] = ()
    dynamic: tuple[Span, ...] = ()


def legacy_facts(node: Function, names: Names, is_override: bool) -> LegacyFacts | None:
    """Return the facts of one function, None where it has nothing to do with ``event_loop``."""
    args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    parameter = any(arg.arg == EVENT_LOOP for arg in args)
    body = Body(names).read(node) if is_override or _may_make_loops(node) else None
    current = tuple(names.span(call) for call in _needing_one(node, names))
    dynamic = tuple(names.span(call) for call in _dynamic(node))
    if not parameter and body is None and not current and not dynamic:
        return None
    uses = tuple(_uses(node, names)) if parameter else ()
    return LegacyFacts(body, uses, parameter, current, dynamic)


def _may_make_loops(node: Function) -> bool:
    return isinstance(node, ast.FunctionDef) and "loop" in node.name


# --- uses of the parameter -----------------------------------------------------------------------------------------


def _uses(node: Function, names: Names) -> Iterator[LoopUse]:
    parents = {child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)}
    inner = (n for statement in node.body for n in ast.walk(statement))
    for name in inner:
        if isinstance(name, ast.Name) and name.id == EVENT_LOOP:
            yield _use(name, parents, names, node)


def _use(name: ast.Name, parents: dict[ast.AST, ast.AST], names: Names, function: Function) -> LoopUse:
    nested = _is_nested(name, parents, function)
    parent = parents[name]
    if isinstance(parent, ast.Attribute):
        outer = parents[parent]
        if isinstance(outer, ast.Call) and outer.func is parent:
            return LoopUse("call", parent.attr, names.span(outer), nested)
        return LoopUse("attribute", parent.attr, names.span(parent), nested)
    return LoopUse("value", "", names.span(name), nested)


def _is_nested(node: ast.AST, parents: dict[ast.AST, ast.AST], function: Function) -> bool:
    while (node := parents[node]) is not function:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return True
    return False


def _needing_one(node: Function, names: Names) -> list[ast.Call]:
    """Return the calls that ask for the current loop before the function itself has set one."""
    found = list(_current(node.body, names))
    if not found:
        return []
    calls = (n for n in ast.walk(node) if isinstance(n, ast.Call) and n.args)
    sets = (n for n in calls if names.dotted(n.func) in ("asyncio.set_event_loop", "asyncio.events.set_event_loop"))
    own = (n.lineno for n in sets if not (isinstance(n.args[0], ast.Constant) and n.args[0].value is None))
    first = min(own, default=node.end_lineno or node.lineno)
    return [call for call in found if call.lineno <= first]


def _current(nodes: Iterable[ast.AST], names: Names) -> Iterator[ast.Call]:
    """Yield the calls that ask for the current loop, but for those in nested functions or whose error is caught."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Try) and any(_catches(handler, names) for handler in node.handlers):
            yield from _current([*node.orelse, *node.finalbody], names)
            continue
        if isinstance(node, ast.Call) and _asks_for_current(node, names):
            yield node
        yield from _current(ast.iter_child_nodes(node), names)


def _dynamic(node: Function) -> Iterator[ast.Call]:
    for call in (n for statement in node.body for n in ast.walk(statement) if isinstance(n, ast.Call)):
        first = call.args[0] if len(call.args) == 1 else None
        asks = isinstance(call.func, ast.Attribute) and call.func.attr == "getfixturevalue"
        if asks and isinstance(first, ast.Constant) and first.value == EVENT_LOOP:
            yield call


def _catches(handler: ast.ExceptHandler, names: Names) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = {"builtins.RuntimeError", "builtins.Exception", "builtins.BaseException"}
    return any(each is None or names.dotted(each) in caught for each in types)


def _asks_for_current(call: ast.Call, names: Names) -> bool:
    if names.dotted(call.func) in GET_EVENT_LOOP:
        return True
    policy = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "get_event_loop" else None
    return isinstance(policy, ast.Call) and names.dotted(policy.func) == POLICY
