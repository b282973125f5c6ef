"""What pytest-asyncio before 1.0 takes from the order of collection: the loop fixtures of packages and of 0.23."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.resolve import Item, bases_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemod.analysis.resolve import FixtureDef, Graph


@dataclass(frozen=True, slots=True)
class Collection:
    """The folders that are packages, the module that carries each package's loop, the first item below each base."""

    packages: frozenset[str]
    carriers: Mapping[str, str]
    first: Mapping[str, Item]
    by_path: Mapping[str, list[Item]]

    @classmethod
    def of(cls, graph: Graph) -> Collection:
        """Return what the collection of a graph's items leaves behind."""
        workspace = graph.workspace
        packages = frozenset(posixpath.dirname(p) for p in workspace.files if posixpath.basename(p) == "__init__.py")
        modules = [path for path in workspace.files if workspace.is_test_file(path)]
        by_path: dict[str, list[Item]] = {}
        for item in graph.items:
            by_path.setdefault(item.path, []).append(item)
        return cls(packages, _carriers(modules, packages), _first_items(graph.items), by_path)

    def package(self, item: Item) -> str | None:
        """Return the nearest folder above an item that is a package, None where there is none."""
        return next((f for f in _folders(item.path) if f in self.packages), None)

    def collected_for(self, graph: Graph, fixture: FixtureDef, item: Item) -> Item:
        """Return the item whose collection met ``fixture`` first, of those that see the same registration of it."""
        bases = bases_of(item)
        seen = [
            base
            for registered in graph.registrations.values()
            for base, known in registered
            if known == fixture and base in bases
        ]
        return self.first.get(max(seen, key=bases.__getitem__, default=""), item)


def _folders(path: str) -> list[str]:
    """Return the folders above a file, innermost first, the root ("") last."""
    found = []
    while path:
        path = posixpath.dirname(path)
        found.append(path)
    return found


def _carriers(modules: Iterable[str], packages: frozenset[str]) -> dict[str, str]:
    """Return the module each package's loop is attached to: a module takes the loop of the last package entered."""
    entered: dict[str, None] = {}
    waiting: list[str] = []
    carriers = {}
    for module in sorted(modules, key=lambda path: path.split("/")):
        new = [f for f in reversed(_folders(module)) if f in packages and f not in entered]
        entered.update(dict.fromkeys(new))
        waiting += new
        if waiting:
            carriers[waiting.pop()] = module
    return carriers


def _first_items(items: Iterable[Item]) -> dict[str, Item]:
    # A module makes the items of its own functions before its classes are collected.
    first: dict[str, Item] = {}
    for item in sorted(items, key=lambda i: (i.path.split("/"), len(i.classes))):
        for base in bases_of(item):
            first.setdefault(base, item)
    return first
