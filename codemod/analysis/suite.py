"""A whole suite, read: files, graph, linked items, the layout it has now, and the loop models it must hold under."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from codemod.analysis.crossings import diagnose
from codemod.analysis.models import has
from codemod.analysis.outside import Outside
from codemod.analysis.translation import translate
from codemod.knowledge import versions
from codemod.project.requirements import Requirements, at_least, choose_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemod.analysis.crossings import Diagnosis
    from codemod.analysis.held import Effect
    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, LoopModel
    from codemod.analysis.resolve import FixtureDef, FixtureKey, Graph
    from codemod.analysis.translation import Translation
    from codemod.analysis.workspace import Workspace
    from codemod.project.command_files import CommandFiles
    from codemod.project.invocations import Invocation
    from codemod.project.places import ConfigPlace
    from codemod.project.pytest_config import PytestConfig


T = TypeVar("T")


@dataclass(slots=True)
class Suite:
    """What the rules and strategies ask. ``version`` is the source version.

    ``models`` are the loop models the suite has to hold under as it is, ``planned`` those for what would be written: of
    source and target where the source version can run the result too, else of the target alone. ``keep`` is an older
    version that the edits must leave working, if any. ``commands`` are those of the repository that run pytest, as far
    as they may set options about loops.
    """

    workspace: Workspace
    graph: Graph
    linked: tuple[Linked, ...]
    layout: Layout
    version: str
    target: str
    models: tuple[LoopModel, ...]
    planned: tuple[LoopModel, ...]
    config: PytestConfig
    place: ConfigPlace
    version_origin: str = ""
    assumed: bool = False
    asked: Requirements = field(default_factory=Requirements)
    outside: Outside = field(default_factory=Outside)
    keep: str | None = None
    commands: tuple[Invocation, ...] = ()
    files: CommandFiles | None = None
    _translation: Translation | None = None
    _known: dict[str, Any] = field(default_factory=dict)
    _diagnoses: dict[tuple[int, bool], tuple[Layout, Diagnosis]] = field(default_factory=dict)

    @property
    def upgrades(self) -> bool:
        """Tell whether the suite goes to a newer version than it has."""
        return self.target != self.version and at_least(self.target, self.version)

    @property
    def fixtures_take_marks(self) -> bool:
        """Tell whether the suite's pytest ignores marks on fixtures, which 9.0 and later refuse (SEMANTICS §1.1)."""
        return not at_least(choose_version(self.asked.deciding("pytest"), versions().pytest).version, "9.0.0")

    @property
    def has_event_loop(self) -> bool:
        """Tell whether the suite's version has the ``event_loop`` fixture (before 1.0)."""
        return not has(self.version, "repaired")

    @property
    def leaves_event_loop(self) -> bool:
        """Tell whether the suite goes from a version with the ``event_loop`` fixture to one without (1.0)."""
        return self.has_event_loop and has(self.target, "repaired")

    @property
    def translation(self) -> Translation | None:
        """Return how the loops of the suite are kept on the target, None where both versions run it alike."""
        if self._translation is None and self.leaves_event_loop:
            self._translation = translate(self)
        return self._translation

    def diagnose(self, layout: Layout | None = None) -> Diagnosis:
        """Return what goes wrong under a planned ``layout``, or (None) as the suite is; of several models the worst."""
        models = self.models if layout is None else self.planned
        layout = self.layout if layout is None else layout
        key = (id(layout), models is self.models)
        known = self._diagnoses.get(key)
        if known is None:
            found = [diagnose(self.graph, self.linked, layout, model) for model in models]
            worst = next((d for d in found if d.proven or d.mismatches), found[0])
            known = self._diagnoses[key] = (layout, worst)  # keeping the layout keeps its id its own
        return known[1]

    def fixtures(self) -> dict[FixtureKey, FixtureDef]:
        """Return every fixture some item uses."""
        return {key: fixture for one in self.linked for key, fixture in one.fixtures.items()}

    def once(self, name: str, find: Callable[[Suite], T]) -> T:
        """Return what ``find`` finds in the files and the graph of the suite, which several rules ask for, once."""
        if name not in self._known:
            self._known[name] = find(self)
        found: T = self._known[name]
        return found

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
