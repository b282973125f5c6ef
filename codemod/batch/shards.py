"""Cut results into patches that can be reviewed and merged alone; no remedy and no checkout is ever divided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codemod.batch.names import checkout_name
from codemod.batch.slugs import slugs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemod.batch.codeowners import Owners
    from codemod.batch.records import FilePatch, Result

_SHOWN = 3
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
    """The files of one project that belong together."""

    checkout: str
    project: str
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
    Per.PROJECT: lambda part: (part.project,),
    Per.OWNER: lambda part: part.owners,
    Per.RULE: lambda part: part.rules,
    Per.FILE: lambda part: part.paths,
}


def cut(results: Iterable[Result], per: str, owners: Mapping[str, Owners]) -> tuple[Shard, ...]:
    """Return the shards of all results with changes, by checkout and name; ``owners`` are by the name of the checkout.

    A part whose files fall to several owners, rules or files makes a shard for all of these together. Raise ValueError
    where ``per`` is none of ``Per``.
    """
    kind = Per(per)
    groups: dict[_Group, list[_Part]] = defaultdict(list)
    for part in _parts(results, owners):
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
            yield _Part(checkout, result.project, tuple(files), _owners(files, owners.get(checkout)))


def _owners(files: Sequence[FilePatch], owners: Owners | None) -> tuple[str, ...]:
    return tuple(sorted({owner for file in files for owner in owners.of(file.path)})) if owners is not None else ()


def _words(group: _Group, kind: Per) -> tuple[str, ...]:
    checkout, key = group
    return key if kind is Per.PROJECT else (checkout, *(key or (NOBODY,)))


def _name(group: _Group, kind: Per) -> str:
    """Return what a shard is called: at most three of several owners, rules or files are named."""
    first, *others = _words(group, kind)
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f"{first}: {', '.join(others[:_SHOWN])}{more}" if others else first


def _shard(name: str, slug: str, parts: Sequence[_Part]) -> Shard:
    return Shard(
        name,
        slug,
        parts[0].checkout,
        tuple(sorted({part.project for part in parts})),
        tuple(sorted((file for part in parts for file in part.files), key=lambda file: file.path)),
        tuple(sorted({rule for part in parts for rule in part.rules})),
        tuple(sorted({owner for part in parts for owner in part.owners})),
    )
