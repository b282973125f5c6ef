"""Where a file uses names of ``pytest_asyncio.plugin``: no public interface, it loses some with each version."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.index import parse
from codemod.analysis.names import Names
from codemod.errors import FileError
from codemod.knowledge import internals
from codemod.project.requirements import at_least
from codemod.source.text import decode_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.operations import Span

_PLUGIN = "pytest_asyncio.plugin"


@dataclass(frozen=True, slots=True)
class LostName:
    """A use of a name that is gone since ``version``; ``instead`` is advice, "" where there is none."""

    name: str
    span: Span
    version: str
    instead: str


def lost_names(path: str, data: bytes, target: str) -> list[LostName]:
    """Return the names of the plugin module that a file imports or takes as attributes and ``target`` lacks, once each.

    A file that cannot be parsed has none.
    """
    if b"pytest_asyncio" not in data or b"plugin" not in data:
        return []
    try:
        text, _ = decode_python(data, path)
        tree = parse(path, text)
    except FileError:
        return []
    known = internals()
    found: dict[str, LostName] = {}
    for name, span in sorted(_uses(tree, Names.of(tree, text)), key=lambda use: use[1]):
        gone = known.gone.get(name)
        if gone is not None and at_least(target, gone):
            found.setdefault(name, LostName(name, span, gone, known.instead.get(name, "")))
    return list(found.values())


def _uses(tree: ast.Module, names: Names) -> Iterator[tuple[str, Span]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == _PLUGIN and not node.level:
            for alias in node.names:
                yield alias.name, names.span(node)
        elif isinstance(node, ast.Attribute) and names.dotted(node.value) == _PLUGIN:
            yield node.attr, names.span(node)
