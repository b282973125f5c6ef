"""Who imports an override of `event_loop` by its name: an import of what is deleted would fail."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.resolve import FixtureDef
    from codemod.analysis.suite import Suite


def importers(suite: Suite, fixture: FixtureDef) -> list[tuple[str, str]]:
    """Return the files that import a fixture by name, re-exports included, and the name it has there."""
    name = fixture.function.name
    return [
        (path, local)
        for path in _mentioning(suite, name)
        for local, dotted in _imports(suite, path)
        if dotted.rpartition(".")[2] == name and _is(suite, dotted, path, fixture)
    ]


def name_in_use(suite: Suite, fixture: FixtureDef) -> str:
    """Return the file that needs a fixture's function to exist: code that uses it, or an `__all__`; "" where none does.

    Functions with a parameter of that name do not count: they are given the fixture by pytest.
    """
    names = [(fixture.key.path, ""), *importers(suite, fixture)]
    for path, local in names:
        tree = ast.parse((suite.workspace.read(path) or b"").removeprefix(b"\xef\xbb\xbf"))
        if _is_exported(tree, local or fixture.function.name) or (local and local in _loaded(tree)):
            return path
    return ""


def _mentioning(suite: Suite, name: str) -> Iterator[str]:
    yield from (path for path in suite.workspace.files if name.encode() in (suite.workspace.read(path) or b""))


def _imports(suite: Suite, path: str) -> list[tuple[str, str]]:
    facts = suite.workspace.module(path)
    return list(facts.imports.items()) if facts is not None else []


def _is(suite: Suite, dotted: str, path: str, fixture: FixtureDef) -> bool:
    found = suite.workspace.function_at(dotted, path)
    return found is not None and (found[0].path, found[1].qualname) == (fixture.key.path, fixture.key.qualname)


def _is_exported(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return any(isinstance(n, ast.Constant) and n.value == name for n in ast.walk(node))
    return False


def _loaded(node: ast.AST) -> set[str]:
    """Return the names that are read, but for those of parameters."""
    if isinstance(node, ast.Name):
        return {node.id}
    found = {name for child in ast.iter_child_nodes(node) for name in _loaded(child)}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        found -= {arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    return found
