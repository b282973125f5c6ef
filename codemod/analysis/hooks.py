"""The recipe that marks async tests in ``pytest_collection_modifyitems``, read from a conftest's top level."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemod.analysis.facts import HookRecipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.analysis.facts import MarkFacts

MODIFY_ITEMS = "pytest_collection_modifyitems"
# What a recipe calls; anything else could have an effect of its own.
_CALLED = frozenset({"add_marker", "asyncio", "is_async_test", "list", "tuple", "iter", "filter", "isinstance"})


def marking_hook(body: list[ast.stmt], mark_of: Callable[[ast.expr], MarkFacts | None]) -> HookRecipe | None:
    """Return the recipe among the statements of a module, None where none adds the asyncio mark."""
    hook = next((n for n in body if isinstance(n, ast.FunctionDef) and n.name == MODIFY_ITEMS), None)
    if hook is None:
        return None
    local = _assigned(hook)
    for call in _added_marks(hook):
        argument = call.args[0]
        mark = mark_of(local.get(argument.id, argument) if isinstance(argument, ast.Name) else argument)
        if mark is not None and mark.name == "asyncio":
            return HookRecipe(mark.loop_scope, _in_front(call), _unconditional(hook), mark, _does_only_that(hook))
    return None


def _assigned(hook: ast.FunctionDef) -> dict[str, ast.expr]:
    assignments = (n for n in ast.walk(hook) if isinstance(n, ast.Assign))
    return {t.id: n.value for n in assignments for t in n.targets if isinstance(t, ast.Name)}


def _added_marks(hook: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(hook):
        if isinstance(node, ast.Call) and _is_add_marker(node):
            yield node


def _is_add_marker(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "add_marker" and bool(node.args)


def _in_front(call: ast.Call) -> bool:
    default = call.args[1] if len(call.args) > 1 else None
    append = next((k.value for k in call.keywords if k.arg == "append"), default)
    return isinstance(append, ast.Constant) and append.value is False


def _unconditional(hook: ast.FunctionDef) -> bool:
    """Tell whether the hook's only condition is ``is_async_test`` (or a generator over it)."""
    tests = [n.test for n in ast.walk(hook) if isinstance(n, ast.If)]
    tests += [c for n in ast.walk(hook) if isinstance(n, ast.comprehension) for c in n.ifs]
    return all("is_async_test" in ast.unparse(t) and " and " not in ast.unparse(t) for t in tests)


def _does_only_that(hook: ast.FunctionDef) -> bool:
    """Tell whether nothing is lost with the hook: it binds names, loops, asks, and adds one mark."""
    plain = (ast.Assign, ast.For, ast.If, ast.Import, ast.ImportFrom, ast.Pass)
    statements = [n for n in ast.walk(hook) if isinstance(n, ast.stmt) and n is not hook]
    spoken = [n.value for n in statements if isinstance(n, ast.Expr)]
    rest = (n for n in statements if not isinstance(n, (*plain, ast.Expr)))
    said = (isinstance(e, ast.Constant) or (isinstance(e, ast.Call) and _is_add_marker(e)) for e in spoken)
    elsewhere = (n for n in ast.walk(hook) if isinstance(n, ast.If | ast.For) and n.orelse)
    # ast.walk also meets what an assignment stores into: an attribute or an item would outlive the hook.
    kept = (t for n in statements if isinstance(n, ast.Assign) for t in n.targets if not isinstance(t, ast.Name))
    called = (n.func for block in hook.body for n in ast.walk(block) if isinstance(n, ast.Call))
    other = (f for f in called if (f.attr if isinstance(f, ast.Attribute) else ast.unparse(f)) not in _CALLED)
    return all(said) and not [*rest, *elsewhere, *kept, *other] and len(list(_added_marks(hook))) == 1
