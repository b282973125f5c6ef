"""Fixtures named ``event_loop_policy``: which loops they choose, for which tests, and whether a hook can take over.

The hook is asked for async tests only, and reaches no code that asks for a policy; the fixture's policy is in force
while any loop of pytest-asyncio lives (SEMANTICS §2.11).
"""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.index import parse
from codemod.analysis.loop_factories import DEFAULT, POLICY, Factory, LoopFactoryError, Wish
from codemod.analysis.names import Names
from codemod.analysis.resolve import PLUGINS, bases_of
from codemod.knowledge import policies
from codemod.model import Location
from codemod.scopes import Scope
from codemod.source.text import decode_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.analysis.facts import FunctionFacts
    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite
    from codemod.analysis.workspace import Workspace

_READS_POLICY = re.compile(rb"[gs]et_event_loop_policy|(uv|win)loop\.install|child_watcher")
_MAKES_LOOPS = re.compile(rb"\bnew_event_loop\(|\basyncio\.(run|Runner)\(")


@dataclass(frozen=True, slots=True)
class Choice:
    """What an ``event_loop_policy`` fixture chooses: one factory or, where it is parametrized, several.

    ``bases`` are where pytest registers it, ``names`` the imported names it mentions; ``own`` says that a policy is
    not one of policies.toml.
    """

    fixture: FixtureDef
    bases: tuple[str, ...]
    factories: tuple[Factory, ...]
    names: tuple[str, ...]
    own: bool = False

    @property
    def is_plain(self) -> bool:
        """Tell whether these are the loops pytest-asyncio makes by itself."""
        return self.factories == (DEFAULT,)


def policy_fixtures(suite: Suite) -> list[FixtureDef]:
    """Return every fixture named ``event_loop_policy``, in the order of their places."""
    found = dict.fromkeys(fixture for _, fixture in suite.graph.registrations.get(POLICY, ()))
    return sorted(found, key=lambda f: (f.key.path, f.function.span))


def choice_of(suite: Suite, fixture: FixtureDef) -> Choice:
    """Return what a fixture chooses; raise LoopFactoryError where its body or its place is not that simple."""
    path = fixture.key.path
    bases = tuple(base for base, found in suite.graph.registrations[POLICY] if found == fixture)
    if any(path_of(base) != path for base in bases):
        raise LoopFactoryError("it belongs to a plugin, or other files import it")
    functions = [*(f.function for f in suite.graph.fixtures.values()), *(i.function for i in suite.graph.items)]
    if user := next((f.qualname for f in functions if POLICY in (*f.params, *f.requested)), ""):
        raise LoopFactoryError(f"`{user}` asks for it")
    text, _ = decode_python(suite.workspace.read(path) or b"", path)
    tree = parse(path, text)
    names = Names.of(tree, text)
    node = next((n for n in _definitions(tree.body) if names.span(n) == fixture.function.span), None)
    if node is None:
        raise LoopFactoryError("it is async, or defined under a condition")
    calls = _calls(node, fixture)
    mentioned = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(names.imports)
    factories = tuple(_factory(call, names, path) for call in calls)
    own = any(not factory.imports for factory in factories)
    return Choice(fixture, bases, factories, tuple(sorted(mentioned)), own)


def _definitions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _definitions(node.body)


def path_of(base: str) -> str:
    """Return the file whose fixtures have a base, "*" for plugins."""
    if base == PLUGINS:
        return PLUGINS
    return posixpath.join(base, "conftest.py") if not base or base.endswith("/") else base.partition("::")[0]


def _calls(node: ast.FunctionDef, fixture: FixtureDef) -> list[ast.Call]:
    """Return the calls that make the policies of a fixture whose body does nothing else."""
    value = _result(node)
    if fixture.decl.params:
        calls = [
            k.value for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg == "params"
        ]
        values = [e for v in calls if isinstance(v, ast.List | ast.Tuple) for e in v.elts]
        simple = fixture.function.params == ("request",) and value is not None and ast.unparse(value) == "request.param"
    else:
        values = [value] if value is not None else []
        simple = not fixture.function.params
    found = [v for v in values if isinstance(v, ast.Call)]
    if not simple or not found or len(found) < len(values):
        raise LoopFactoryError("its body does more than to return a new policy")
    return found


def _result(node: ast.FunctionDef) -> ast.expr | None:
    """Return what a body of one ``return`` or ``yield`` gives, after a docstring; None for any other body."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    match body:
        case [ast.Return(value=value)]:
            return value
        case [ast.Expr(value=ast.Yield(value=value))]:
            return value
    return None


def _factory(call: ast.Call, names: Names, path: str) -> Factory:
    """Return what makes the loops of the policy that a call makes; its own method where the policy is not known."""
    known = policies().factories.get(names.dotted(call.func), "")
    if known and not call.args and not call.keywords:
        return Factory(known, ((known.partition(".")[0], None),))
    if posixpath.basename(path) != "conftest.py":
        raise LoopFactoryError("its policy is one of your own, which a conftest.py may not reach")
    return Factory(f"{ast.unparse(call)}.new_event_loop")


def wishes(choices: Iterable[Choice]) -> list[Wish]:
    """Return which loops the tests are to run on without the fixtures; plain ones count only inside others."""
    found = list(choices)
    places = [(base, choice) for choice in found for base in choice.bases]
    needed = [
        (base, choice)
        for base, choice in places
        if not choice.is_plain or any(other != base and base.startswith(other) for other, _ in places)
    ]
    return [Wish(path_of(base), choice.factories, base.partition("::")[2]) for base, choice in needed]


def doubt(suite: Suite, choices: list[Choice]) -> str:
    """Return why hooks may not do what the fixtures did, "" where they do exactly that."""
    if any(len(choice.factories) > 1 for choice in choices):
        return "the tests get other names: [uvloop] instead of [event_loop_policy1]"
    if any(choice.own for choice in choices):
        return "only how the policy makes loops is kept, not what else it does"
    hooked = wishes(choices)
    if path := _reader(suite.workspace, bool(hooked)):
        return f"{path} asks for a policy, or makes a loop, which a hook does not reach"
    return hook_doubt(suite, {base for choice in choices for base in choice.bases}, len(hooked)) if hooked else ""


def _reader(workspace: Workspace, loops_too: bool) -> str:
    """Return a file that depends on the policy of the process, "" where there is none."""
    for path in workspace.files:
        data = workspace.read(path) or b""
        if _READS_POLICY.search(data) or (loops_too and workspace.is_test_code(path) and _MAKES_LOOPS.search(data)):
            return path
    return ""


def hook_doubt(suite: Suite, bases: set[str], hooks: int) -> str:
    """Return what tests that hooks at ``bases`` are asked for share with others, "" where they share nothing.

    A hook parametrizes its tests: pytest moves those of one wide loop together, and sets that loop and its fixtures up
    anew for each test that comes with another factory, or with none.
    """
    layout = suite.translation.layout if suite.translation is not None else None
    places = [(one.item, suite.planned[-1].place(suite.graph, one, layout or suite.layout)) for one in suite.linked]
    asked = [(i, p) for i, p in places if i.kind == "asyncio" and bases & set(bases_of(i))]
    others = [(i, p) for i, p in places if not (i.kind == "asyncio" and bases & set(bases_of(i)))]
    for item, place in others:
        if place.loops and bases & set(bases_of(item)):
            return f"`{item.id}` is sync: a hook does not choose the loops of its async fixtures"
    scopes = {scope for _, place in asked for scope in (place.test or Scope.FUNCTION, *place.fixtures.values())}
    if max(scopes, default=Scope.FUNCTION) is Scope.FUNCTION:
        return ""
    if hooks > 1 or any(place.loops or place.test is not None for _, place in others):
        return "tests with and without the hook share a loop or a fixture, which is then made anew for each of them"
    if others and any((place.test or Scope.FUNCTION) > Scope.FUNCTION for _, place in asked):
        return (
            f"the tests that share a loop run one after the other then, and `{others[0][0].id}` no longer between them"
        )
    return ""


def policy_set_in_helper(workspace: Workspace, path: str, function: FunctionFacts, depth: int = 2) -> Location | None:
    """Return where a function of the project, called from ``function`` in ``path``, sets the policy of the process."""
    for call in function.flow.calls:
        found = workspace.function_at(call.callee, path) if call.callee else None
        if found is None:
            continue
        home, inner = found[0].path, found[1]
        setter = next((c for c in inner.flow.calls if c.callee in policies().setters), None)
        if setter is not None:
            return Location(home, setter.span.line, setter.span.column + 1)
        if depth > 1 and (deeper := policy_set_in_helper(workspace, home, inner, depth - 1)) is not None:
            return deeper
    return None
