"""Which files of a project belong together: a remedy is applied whole or not at all, and each part is right alone.

Remedies that edit a common file are one part, and so are all that come with a new requirement, which is right only once
the whole suite is ready for it. Where there are several parts, each is analysed without the others; unless it then
gives the very same bytes, they were not independent, and all is one part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.staging import PINS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from codemod.model import ProjectReport, Remedy

    Again = Callable[[tuple[tuple[Remedy, str], ...]], ProjectReport]
    """Analyses the project once more without some remedies, each with the reason."""

    Part = tuple[Remedy, ...]

_MOST = 8
"""Each part costs another analysis. Where there would be more, those with the same rules are one."""


def parts(report: ProjectReport, again: Again) -> dict[str, int]:
    """Return the number of the part that each changed file belongs to, from 0 in order of the paths."""
    whole = dict.fromkeys((change.path for change in report.changes), 0)
    if any(remedy.code in PINS for remedy in report.remedies):
        return whole
    found = _joined(report.remedies, lambda remedy: (operation.path for operation in remedy.operations))
    if len(found) > _MOST:
        found = _joined(report.remedies, lambda remedy: (remedy.code, *(each.path for each in remedy.operations)))
    if not 1 < len(found) <= _MOST or not all(_stands_alone(one, report, again) for one in found):
        return whole
    homes = {operation.path: one for one in found for remedy in one for operation in remedy.operations}
    numbers: dict[int, int] = {}
    return {path: numbers.setdefault(id(homes[path]), len(numbers)) for path in sorted(whole)}


def rules(report: ProjectReport, path: str) -> tuple[str, ...]:
    """Return the codes of the remedies that edit ``path``, sorted."""
    codes = {r.code for r in report.remedies if any(operation.path == path for operation in r.operations)}
    return tuple(sorted(codes))


def _joined(remedies: Iterable[Remedy], names: Callable[[Remedy], Iterable[Hashable]]) -> list[Part]:
    """Return the remedies in groups, so that no two groups have a name in common."""
    found: list[tuple[set[Hashable], Part]] = []
    for remedy in remedies:
        mine, members = set(names(remedy)), (remedy,)  # type: tuple[set[Hashable], Part]
        apart = []
        for others, theirs in found:
            if mine.isdisjoint(others):
                apart.append((others, theirs))
            else:
                mine, members = mine | others, theirs + members
        found = [*apart, (mine, members)]
    return [members for _, members in found]


def _stands_alone(part: Part, report: ProjectReport, again: Again) -> bool:
    """Tell whether the project without the remedies of all other parts changes as this part does, to the byte."""
    paths = {operation.path for remedy in part for operation in remedy.operations}
    own = {id(remedy) for remedy in part}
    others = tuple((remedy, "it is in another part") for remedy in report.remedies if id(remedy) not in own)
    return again(others).changes == tuple(change for change in report.changes if change.path in paths)
