"""Which files of a project belong together: a remedy is applied whole or not at all, and each part is right alone.

Remedies that edit a common file are one part. A conftest.py counts for all tests below it, and every file that is not
Python (options, commands, requirements) for the whole project, so these join the remedies of all files they count for.
Where several parts are left, each is analysed without the others; unless it then gives the very same bytes, all is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemod.model import ProjectReport, Remedy

    Again = Callable[[tuple[tuple[Remedy, str], ...]], ProjectReport]
    """Analyses the project once more without some remedies, each with the reason."""

    Part = tuple[Remedy, ...]


def parts(report: ProjectReport, again: Again) -> dict[str, int]:
    """Return the number of the part that each changed file belongs to, from 0 in order of the paths."""
    whole = dict.fromkeys((change.path for change in report.changes), 0)
    found = _joined(report.remedies)
    if not all(_stands_alone(one, report, again) for one in found if len(found) > 1):
        return whole
    homes = {path: number for number, one in enumerate(found) for remedy in one for path in _paths(remedy)}
    numbers: dict[int, int] = {}
    return {path: numbers.setdefault(homes[path], len(numbers)) for path in sorted(whole)}


def rules(report: ProjectReport, path: str) -> tuple[str, ...]:
    """Return the codes of the remedies that edit ``path``, sorted."""
    return tuple(sorted({remedy.code for remedy in report.remedies if path in _paths(remedy)}))


def _paths(remedy: Remedy) -> set[str]:
    return {operation.path for operation in remedy.operations}


def _joined(remedies: Iterable[Remedy]) -> list[Part]:
    """Return the remedies in groups, none of which edits what counts for a file of another one."""
    found: list[tuple[set[str], Part]] = []
    for remedy in remedies:
        paths, members = _paths(remedy), (remedy,)  # type: tuple[set[str], Part]
        apart = []
        for others, theirs in found:
            if any(_touch(one, other) for one in paths for other in others):
                paths, members = paths | others, theirs + members
            else:
                apart.append((others, theirs))
        found = [*apart, (paths, members)]
    return [members for _, members in found]


def _touch(one: str, other: str) -> bool:
    return one == other or _counts_for(one, other) or _counts_for(other, one)


def _counts_for(path: str, other: str) -> bool:
    """Tell whether the tests of the file ``other`` depend on the file ``path`` by what it is."""
    folder, _, base = path.rpartition("/")
    if base == "conftest.py":
        return not folder or other.startswith(f"{folder}/")
    return not base.endswith(".py")


def _stands_alone(part: Part, report: ProjectReport, again: Again) -> bool:
    """Tell whether the project without the remedies of all other parts changes as this part does, to the byte."""
    paths = set().union(*map(_paths, part))
    others = tuple((remedy, "it is in another part") for remedy in report.remedies if remedy not in part)
    return again(others).changes == tuple(change for change in report.changes if change.path in paths)
