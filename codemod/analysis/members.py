"""What a module or a class holds once Python has run it: its own definitions, imported ones and inherited ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.facts import ClassFacts, FunctionFacts, ModuleFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.analysis.workspace import Workspace

Definition = tuple[ModuleFacts, FunctionFacts | ClassFacts]
"""A function or a class with the module it is written in."""

Lineage = list[tuple[ModuleFacts, ClassFacts]]
"""A class and its bases, in the order in which Python looks for attributes."""


@dataclass(slots=True)
class Members:
    """Answers what is in a namespace, for one workspace."""

    workspace: Workspace
    _modules: dict[str, dict[str, Definition]] = field(default_factory=dict)

    def of_module(self, facts: ModuleFacts) -> Mapping[str, Definition]:
        """Return the functions and classes a module holds, by local name; own ones win over imported ones."""
        if facts.path not in self._modules:
            found = self._modules[facts.path] = {}  # a cycle of star imports sees nothing yet, as in Python
            for star in facts.stars:
                found.update(self._star(star, facts))
            for local, dotted in facts.imports.items():
                found.pop(local, None)
                if (definition := self._find(dotted, facts)) is not None:
                    found[local] = definition
            found |= _written_in(facts, "")
        return self._modules[facts.path]

    def _star(self, dotted: str, facts: ModuleFacts) -> dict[str, Definition]:
        target = self.workspace.locate(dotted, facts.path)
        module = self.workspace.module(target.path) if target is not None and not target.name else None
        held = self.of_module(module) if module is not None else {}
        return {name: definition for name, definition in held.items() if not name.startswith("_")}

    def _find(self, dotted: str, facts: ModuleFacts) -> Definition | None:
        return self.workspace.function_at(dotted, facts.path) or self.workspace.class_at(dotted, facts.path)

    def of_class(self, lineage: Lineage) -> Mapping[str, Definition]:
        """Return the methods and nested classes of a class by name, the nearest definition of each."""
        found: dict[str, Definition] = {}
        for home, class_ in lineage:
            found = _written_in(home, class_.qualname) | found
        return found

    def lineage(self, home: ModuleFacts, class_: ClassFacts) -> Lineage:
        """Return a class and its bases within the project in method resolution order (C3); other bases are left out."""
        return self._linear(home, class_, frozenset())

    def _linear(self, home: ModuleFacts, class_: ClassFacts, below: frozenset[tuple[str, str]]) -> Lineage:
        own = _key((home, class_))
        if own in below:
            return []
        found = (self.workspace.class_at(dotted, home.path) for dotted in class_.bases if dotted)
        bases = [base for base in found if base is not None]
        return [(home, class_), *_merge([*(self._linear(*base, below | {own}) for base in bases), bases])]


def _written_in(home: ModuleFacts, owner: str) -> dict[str, Definition]:
    """Return what the body of the class ``owner`` ("": of the module) defines; the last definition of a name wins."""
    found: dict[str, Definition] = {f.name: (home, f) for f in home.functions if f.qualname.rpartition(".")[0] == owner}
    return found | {c.name: (home, c) for c in home.classes if c.qualname.rpartition(".")[0] == owner}


def _key(one: tuple[ModuleFacts, ClassFacts]) -> tuple[str, str]:
    return one[0].path, one[1].qualname


def _merge(lines: list[Lineage]) -> Lineage:
    """Merge the orders of the bases; where they contradict each other (an error in Python) the first one wins."""
    merged: Lineage = []
    rest = [line for line in lines if line]
    while rest:
        later = {_key(one) for line in rest for one in line[1:]}
        head = next((line[0] for line in rest if _key(line[0]) not in later), rest[0][0])
        merged.append(head)
        rest = [kept for line in rest if (kept := [one for one in line if _key(one) != _key(head)])]
    return merged
