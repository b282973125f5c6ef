"""Which remedies are applied, as one set of operations: chosen by applicability, taken whole, conflicts found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.model import Applicability, Remedy
from codemod.operations import (
    Operation,
    RemoveCallKeyword,
    RemoveOption,
    ReplaceCallee,
    SetCallKeyword,
    SetOption,
    SetRequirement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Plan:
    """Remedies to apply, and those held back, each with its reason in ``condition``."""

    applied: tuple[Remedy, ...] = ()
    withheld: tuple[Remedy, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Return every operation once, in order."""
        return tuple(dict.fromkeys(op for remedy in self.applied for op in remedy.operations))

    def by_path(self) -> dict[str, tuple[Operation, ...]]:
        """Return the operations of each file, in path order."""
        found: dict[str, list[Operation]] = {}
        for operation in self.operations:
            found.setdefault(operation.path, []).append(operation)
        return {path: tuple(found[path]) for path in sorted(found)}


def merge(remedies: Iterable[Remedy], unsafe: bool) -> Plan:
    """Take each remedy whole or not at all; of two that disagree about a place the first wins (DESIGN law 3)."""
    needed = Applicability.UNSAFE if unsafe else Applicability.SAFE
    applied: list[Remedy] = []
    withheld: list[Remedy] = []
    wishes: dict[tuple[object, ...], object] = {}
    for remedy in remedies:
        mine = dict(filter(None, map(_wish, remedy.operations)))
        if remedy.applicability < needed:
            withheld.append(remedy)
        elif any(wishes.get(place, wish) != wish for place, wish in mine.items()):
            withheld.append(
                replace(
                    remedy,
                    condition="another remedy of this run edits the same place; run loopmend again after this one",
                )
            )
        else:
            wishes.update(mine)
            applied.append(remedy)
    return Plan(tuple(applied), tuple(withheld))


def held_back(plan: Plan, reason: Callable[[Remedy], str]) -> Plan:
    """Return the plan without the remedies for which ``reason`` returns one; no flag releases those."""
    reasons = [(remedy, reason(remedy)) for remedy in plan.applied]
    held = (replace(r, applicability=Applicability.DISPLAY, condition=why) for r, why in reasons if why)
    return Plan(tuple(r for r, why in reasons if not why), (*held, *plan.withheld))


def _wish(operation: Operation) -> tuple[tuple[object, ...], object] | None:
    """Return (place, what is wanted there) for operations that can contradict each other."""
    match operation:
        case SetOption(path, section, key, value):
            return (path, section, key), value
        case RemoveOption(path, section, key):
            return (path, section, key), None
        case SetCallKeyword(path, span, keyword, value):
            return (path, span, keyword), value
        case RemoveCallKeyword(path, span, keyword):
            return (path, span, keyword), None
        case ReplaceCallee(path, span, dotted):
            return (path, span), dotted
        case SetRequirement(path, line, key, old, new):
            return (path, line, key, old), new
    return None
