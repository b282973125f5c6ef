"""Small projects in memory: files by path, read as a workspace, resolved to a graph."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from codemod.analysis.binding import Binder
from codemod.analysis.link import Linked, Linker
from codemod.analysis.resolve import Graph, Item, resolve
from codemod.analysis.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE = Path("no-such-folder")


def workspace(files: Mapping[str, str], **options: object) -> Workspace:
    """Return the view of a project that is nowhere on disk."""
    data = {path: dedent(text).encode() for path, text in files.items()}
    return Workspace(NOWHERE, tuple(sorted(files)), overlay=data, **options)  # type: ignore[arg-type]


def graph(files: Mapping[str, str], mode: str = "strict", **options: object) -> Graph:
    """Return the fixture graph of a project; ``options`` go to ``resolve`` (classes, functions, usefixtures)."""
    return resolve(workspace(files), mode, **options)  # type: ignore[arg-type]


def module_graph(text: str, mode: str = "strict", **options: object) -> Graph:
    """Return the graph of a project with one test module."""
    return graph({"test_one.py": text}, mode, **options)


def items(found: Graph) -> dict[str, Item]:
    """Return the items of a graph by node id."""
    return {item.id: item for item in found.items}


def meanings(found: Graph, item: str) -> dict[str, str]:
    """Return what the names an item asks for mean, as ``path::qualname``, transitively as ``requester>name``."""
    closure = found.closure(items(found)[item])
    return {
        (
            f"{requester.path}::{requester.qualname}>{name}" if requester else name
        ): f"{fixture.key.path}::{fixture.key.qualname}"
        for (requester, name), fixture in closure.items()
    }


def linked(found: Graph) -> tuple[Linked, ...]:
    """Return every item of a graph with its fixtures."""
    linker = Linker(found, Binder(found.workspace))
    return tuple(linker.link(item) for item in found.items)
