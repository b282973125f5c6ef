"""A whole suite, read: files, graph, linked items, the layout it has now, and the loop models it must hold under."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.crossings import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.crossings import Diagnosis
    from codemod.analysis.held import Effect
    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph
    from codemod.analysis.workspace import Workspace


@dataclass(slots=True)
class Suite:
    """What the rules and strategies ask. ``models`` holds the loop model of the source version, then of the target.

    ``unrepaired`` is the version of those two that is too old for a repair, "" where none is.
    """

    workspace: Workspace
    graph: Graph
    linked: tuple[Linked, ...]
    layout: Layout
    version: str
    target: str
    models: tuple[LoopModel, ...]
    version_origin: str = ""
    config_path: str = ""
    unrepaired: str = ""
    _diagnoses: dict[int, tuple[Layout, Diagnosis]] = field(default_factory=dict)

    def diagnose(self, layout: Layout | None = None) -> Diagnosis:
        """Return what goes wrong under ``layout`` (default: as it is) with the source version, else with the target."""
        layout = self.layout if layout is None else layout
        known = self._diagnoses.get(id(layout))
        if known is None:
            found = [diagnose(self.graph, self.linked, layout, model) for model in self.models]
            worst = next((d for d in found if d.proven or d.mismatches), found[0])
            known = self._diagnoses[id(layout)] = (layout, worst)  # keeping the layout keeps its id its own
        return known[1]

    def fixtures(self) -> dict[FixtureKey, FixtureDef]:
        """Return every fixture some item uses."""
        return {key: fixture for one in self.linked for key, fixture in one.fixtures.items()}

    def dependents(self, keys: Iterable[FixtureKey]) -> set[FixtureKey]:
        """Return ``keys`` and every fixture that needs one of them, directly or not."""
        found = set(keys)
        edges = {(user, need) for one in self.linked for user, needs in one.needs.items() if user for need in needs}
        grown = True
        while grown:
            more = {user for user, need in edges if need in found} - found
            found |= more
            grown = bool(more)
        return found

    def effects(self, key: FixtureKey) -> list[Effect]:
        """Return what a fixture does besides making and closing resources, over all items that use it."""
        found = {effect for one in self.linked if key in one.summaries for effect in one.summaries[key].effects}
        return sorted(found, key=lambda e: (e.kind, e.location))

    def common_folder(self, paths: Iterable[str]) -> str:
        """Return the deepest folder above all ``paths``, "" for the root."""
        folders = [posixpath.dirname(path) for path in paths]
        return posixpath.commonpath(folders) if folders and all(folders) else ""
