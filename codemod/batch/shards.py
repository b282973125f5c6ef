"""Cut results into patches that can be reviewed and merged alone; no remedy and no checkout is ever divided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codemod.batch.names import checkout_name, path_from_top
from codemod.batch.slugs import slugs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemod.batch.codeowners import Owners
    from codemod.batch.records import FilePatch, Result

_SHOWN = 3
PIN_OUT_OF_REACH = "LM503"
"""The rule that names a pin which has to move together with the project's own change."""
NOBODY = "nobody"


class Per(StrEnum):
    """What one shard is about."""

    PROJECT = "project"
    OWNER = "owner"
    RULE = "rule"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Shard:
    """One patch: ``files`` (by path) are applied together at the top of ``checkout``, of which this is the name.

    ``slug`` is for names of files and branches, unique among the shards that were cut together. ``projects``, ``rules``
    and ``owners`` are all that the files belong to, sorted.
    """

    name: str
    slug: str
    checkout: str
    projects: tuple[str, ...]
    files: tuple[FilePatch, ...]
    rules: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The files that belong together, of one project, or of several that need the same pin to move."""

    checkout: str
    projects: tuple[str, ...]
    files: tuple[FilePatch, ...]
    owners: tuple[str, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(sorted({rule for file in self.files for rule in file.rules}))

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(file.path for file in self.files))


_Key = tuple[str, ...]
_Group = tuple[str, _Key]
"""A checkout, and what the parts of one shard have in common."""
_KEYS: Mapping[Per, Callable[[_Part], _Key]] = {
    Per.PROJECT: lambda part: part.projects,
    Per.OWNER: lambda part: part.owners,
    Per.RULE: lambda part: part.rules,
    Per.FILE: lambda part: part.paths,
}


def cut(results: Iterable[Result], per: str, owners: Mapping[str, Owners]) -> tuple[Shard, ...]:
    """Return the shards of all results with changes, by checkout and name; ``owners`` are by the name of the checkout.

    A part whose files fall to several projects, owners, rules or files makes a shard for all of these together. Raise
    ValueError where ``per`` is none of ``Per``.
    """
    kind = Per(per)
    results = tuple(results)
    groups: dict[_Group, list[_Part]] = defaultdict(list)
    for part in _joined(tuple(_parts(results, owners)), _waits(results), kind):
        groups[part.checkout, _KEYS[kind](part)].append(part)
    slug_of = slugs(_words(group, kind) for group in sorted(groups))
    return tuple(_shard(_name(each, kind), slug_of[_words(each, kind)], groups[each]) for each in sorted(groups))


def _parts(results: Iterable[Result], owners: Mapping[str, Owners]) -> Iterator[_Part]:
    for result in results:
        together: dict[int, list[FilePatch]] = defaultdict(list)
        for file in result.files:
            together[file.part].append(file)
        checkout = checkout_name(result.project, result.folder)
        for files in together.values():
            yield _Part(checkout, (result.project,), tuple(files), _owners(files, owners.get(checkout)))


def _waits(results: Iterable[Result]) -> dict[str, set[str]]:
    """Return the files, from the top of the checkout, whose pins have to move with the changes of a project."""
    return {
        result.project: {
            path_from_top(result.folder, finding["location"]["path"])
            for finding in result.report.get("findings", ())
            if finding["code"] == PIN_OUT_OF_REACH
        }
        for result in results
    }


def _joined(parts: Sequence[_Part], waits: Mapping[str, set[str]], kind: Per) -> list[_Part]:
    """Return the parts, each with those that move a pin it waits for; a project stays in one where shards are these."""
    editors = {(part.checkout, path): number for number, part in enumerate(parts) for path in part.paths}
    first: dict[str, int] = {}
    homes = [*range(len(parts))]
    for number, part in enumerate(parts):
        (project,) = part.projects
        others = [editors[place] for path in waits[project] if (place := (part.checkout, path)) in editors]
        if kind is Per.PROJECT:
            others.append(first.setdefault(project, number))
        for other in others:
            homes[_home(homes, number)] = _home(homes, other)
    together: dict[int, list[_Part]] = defaultdict(list)
    for number, part in enumerate(parts):
        together[_home(homes, number)].append(part)
    return [_merged(members) for members in together.values()]


def _home(homes: Sequence[int], number: int) -> int:
    while homes[number] != number:
        number = homes[number]
    return number


def _merged(parts: Sequence[_Part]) -> _Part:
    return _Part(
        parts[0].checkout,
        tuple(sorted({project for part in parts for project in part.projects})),
        tuple(file for part in parts for file in part.files),
        tuple(sorted({owner for part in parts for owner in part.owners})),
    )


def _owners(files: Sequence[FilePatch], owners: Owners | None) -> tuple[str, ...]:
    return tuple(sorted({owner for file in files for owner in owners.of(file.path)})) if owners is not None else ()


def _words(group: _Group, kind: Per) -> tuple[str, ...]:
    checkout, key = group
    return key if kind is Per.PROJECT else (checkout, *(key or (NOBODY,)))


def _name(group: _Group, kind: Per) -> str:
    """Return what a shard is called: at most three of several projects, owners, rules or files are named."""
    words = _words(group, kind)
    before, shown = ("", words) if kind is Per.PROJECT else (f"{words[0]}: ", words[1:])
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return f"{before}{', '.join(shown[:_SHOWN])}{more}"


def _shard(name: str, slug: str, parts: Sequence[_Part]) -> Shard:
    whole = _merged(parts)
    files = tuple(sorted(whole.files, key=lambda file: file.path))
    return Shard(name, slug, whole.checkout, whole.projects, files, whole.rules, whole.owners)
