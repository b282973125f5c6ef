"""When a made object is bound to a loop: the knowledge base, the call's keywords, the database URL or hints of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemod.analysis.facts import CallFact
    from codemod.analysis.workspace import Workspace
    from codemod.knowledge import Resource


@dataclass(frozen=True, slots=True)
class Binder:
    """Judges constructor calls of one project.

    ``mentions`` holds the drivers and mocking libraries the project mentions, and the URL schemes in its tests.
    """

    workspace: Workspace
    mentions: frozenset[str] = frozenset()

    def bound(self, resource: Resource, call: CallFact, importer: str) -> tuple[str, bool]:
        """Return (when the made object is bound, whether its driver never binds)."""
        if self.mentions & set(resource.mocked_by):
            return "never", False
        if self._runs_elsewhere(importer):
            return "unknown", False
        for keyword, text in call.keywords:
            values = resource.free_when.get(keyword, ())
            if "*" in values or text.rpartition(".")[2] in values:
                return "never", False
        if resource.driver:
            bound = self._driver_bound(call.first, importer)
            return bound, bound == "never"
        return resource.bound, False

    def _runs_elsewhere(self, path: str) -> bool:
        """Tell whether the module hands its work to another thread's loop, so that the caller's loop says nothing."""
        return b"run_coroutine_threadsafe" in (self.workspace.read(path) or b"")

    def _driver_bound(self, first: str, importer: str) -> str:
        """Decide from the URL's literal beginning, else from the URLs in test code, else from the drivers mentioned."""
        drivers = self.workspace.knowledge.drivers
        text = first if "://" in first or "+" in first else self._constant(first, importer)
        if "://" in text or "+" in text:
            scheme = text.partition(":")[0]
            return next((d.bound for d in drivers if scheme in d.prefixes), "unknown")
        in_tests = [d.bound for d in drivers if self.mentions & set(d.prefixes)]
        mentioned = in_tests or [d.bound for d in drivers if self.mentions & set(d.modules)]
        if mentioned and all(bound == "never" for bound in mentioned):
            return "never"
        return "unknown" if "never" in in_tests else "first-use"

    def _constant(self, dotted: str, importer: str) -> str:
        target = self.workspace.locate(dotted, importer) if dotted else None
        facts = self.workspace.module(target.path) if target is not None else None
        return facts.constants.get(target.name, "") if facts is not None and target is not None else ""


def is_one(resource: Resource, call: CallFact) -> bool:
    """Tell whether the call is given what it needs to make ``resource`` (``class_=AsyncSession``)."""
    given = dict(call.keywords)
    return all(given.get(keyword, "").rpartition(".")[2] in values for keyword, values in resource.requires.items())
