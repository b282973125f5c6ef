"""Which requirement and lock files speak for a folder, and everything they say, each with how near it stands."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from codemod.errors import FileError
from codemod.model import FileFailure
from codemod.project.discover import list_config_files
from codemod.project.lock_files import LockedVersion, is_lock_file, read_locked
from codemod.project.requirement_files import ALONE, is_requirement_file, read_entries
from codemod.project.requirement_lines import Entry, Include
from codemod.project.toml_text import TomlSyntaxError
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_MENTION = re.compile(rb"pytest[-_.]+asyncio", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """A requirement, the root-relative file it is in, and how many folders above the one in question that counts."""

    path: str
    level: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class PlacedLock:
    """A locked version, placed in the same way."""

    path: str
    level: int
    locked: LockedVersion


@dataclass(slots=True)
class Found:
    """Everything read for one folder; ``seen`` are the files opened, so that each is read once.

    ``aside`` are files that were included by something that does not decide, and so were not read.
    """

    entries: list[PlacedEntry] = field(default_factory=list)
    locks: list[PlacedLock] = field(default_factory=list)
    failures: list[FileFailure] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    aside: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tree:
    """The files below ``root``, by root-relative path; those of ``overlay`` hold the bytes given there."""

    root: Path
    overlay: Mapping[str, bytes] = field(default_factory=dict)

    def data(self, path: str) -> bytes:
        """Return a file's bytes; raise FileError."""
        return self.overlay[path] if path in self.overlay else read_regular(self.root, path)

    def text(self, path: str) -> str:
        """Return a file's text as pip decodes it: by its byte order mark, else as UTF-8; raise FileError."""
        data = self.data(path)
        encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
        try:
            return data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise FileError(path, f"cannot be decoded as {encoding}") from error


def collect(tree: Tree, folder: Path, locked: Collection[str]) -> Found:
    """Read all requirement files from ``folder`` up to the root; of lock files only the canonical names ``locked``.

    A file that cannot be read or understood becomes a failure; the rest goes on.
    """
    found = Found()
    for level, place in enumerate(_levels(tree.root, folder)):
        waiting = _files_in(tree.root, place)[::-1]
        while waiting:
            path = waiting.pop()
            if path not in found.seen:
                found.seen.add(path)
                waiting += _read(tree, path, level, locked, found)
    return found


def collect_below(tree: Tree, base: str, files: Iterable[str], above: Found) -> Found:
    """Read those of ``files`` (with what they include) that may ask for pytest-asyncio and were not read before.

    A file of the folder ``base`` itself (``""`` or ``"a/"``) may also speak of pytest alone.
    """
    found = Found(seen=set(above.seen))
    waiting = [*above.aside, *files][::-1]
    while waiting:
        path = waiting.pop()
        if path in found.seen or not path.startswith(base):
            continue
        found.seen.add(path)
        try:
            data = tree.data(path)
        except FileError:
            continue  # not even known to be about requirements
        mentions = _MENTION.search(data) is not None
        here = path.removeprefix(base) in ALONE and b"pytest" in data
        if mentions or here:
            inner = Found()
            waiting += [*_read(tree, path, 0, (), inner), *inner.aside]
            found.entries += inner.entries
            found.failures += inner.failures if mentions else []
    return found


def requirement_texts(root: Path) -> Iterator[str]:
    """Yield the text of each requirement and lock file below ``root`` that can be read."""
    tree = Tree(root)
    for path in list_config_files(root).files:
        if _speaks(path):
            try:
                yield tree.text(path)
            except FileError:
                continue  # collect() reports those that matter to a project


def base_of(root: Path, folder: Path) -> str | None:
    """Return ``folder`` relative to ``root`` as ``"a/b/"``, ``""`` for the root; None for one that is not below it."""
    relative = Path(os.path.relpath(os.path.realpath(folder), os.path.realpath(root))).as_posix()
    if relative == ".":
        return ""
    return None if relative == ".." or relative.startswith("../") else f"{relative}/"


def _read(tree: Tree, path: str, level: int, locked: Collection[str], found: Found) -> list[str]:
    """Take in one file and return the files it includes."""
    name = PurePosixPath(path).name
    try:
        text = tree.text(path)
        if is_lock_file(name):
            found.locks += [PlacedLock(path, level, each) for each in read_locked(name, text, locked)]
            return []
        items = read_entries(path, text)
    except FileError as error:
        found.failures.append(FileFailure(error.path, error.reason))
        return []
    except ValueError as error:
        line = error.line if isinstance(error, TomlSyntaxError) else None
        found.failures.append(FileFailure(path, f"line {line}: {error}" if line else str(error)))
        return []
    found.entries += [PlacedEntry(path, level, item) for item in items if isinstance(item, Entry)]
    return [target for item in items if isinstance(item, Include) for target in _included(tree.root, path, item, found)]


def _included(root: Path, path: str, include: Include, found: Found) -> list[str]:
    if "{" in include.target:
        return []  # a substitution of tox, or a variable of the environment
    target = os.path.normpath(PurePosixPath(path).parent / include.target).replace(os.sep, "/")
    exists = os.path.exists(root / target)  # noqa: PTH110 - no error for a folder we may not search
    if not include.decides:
        found.aside += [target] if exists else []
    elif exists:
        return [target]
    else:
        found.failures.append(FileFailure(path, f"line {include.line}: includes {target}, which does not exist"))
    return []


def _levels(root: Path, folder: Path) -> list[str]:
    """Return the folders from ``folder`` up to ``root`` as ``"a/b/"`` to ``""``; the root alone for one elsewhere."""
    parts = (base_of(root, folder) or "").split("/")[:-1]
    return [*("/".join(parts[:count]) + "/" for count in range(len(parts), 0, -1)), ""]


def _files_in(root: Path, place: str) -> list[str]:
    """Return the requirement and lock files in the folder ``place`` and in its ``requirements`` folder, sorted."""
    found = []
    for inner in (place, f"{place}requirements/", f"{place}requirement/"):
        try:
            with os.scandir(root / inner) as entries:
                found += [inner + entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError:
            continue  # not there; an unreadable folder is reported by discover
    return sorted(path for path in found if _speaks(path))


def _speaks(path: str) -> bool:
    return is_requirement_file(path) or is_lock_file(PurePosixPath(path).name)
