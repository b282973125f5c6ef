"""Which requirement and lock files speak for a folder, and everything they say, each with how near it stands."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from codemod.errors import FileError
from codemod.model import FileFailure
from codemod.project.discover import list_config_files
from codemod.project.lock_files import LockedVersion, is_lock_file, read_locked
from codemod.project.requirement_files import is_requirement_file, read_entries
from codemod.project.requirement_lines import Entry, Include
from codemod.project.toml_text import TomlSyntaxError
from codemod.source.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
    """Everything read for one folder; ``seen`` are the files opened, so that each is read once."""

    entries: list[PlacedEntry] = field(default_factory=list)
    locks: list[PlacedLock] = field(default_factory=list)
    failures: list[FileFailure] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def collect(root: Path, folder: Path, locked: Collection[str]) -> Found:
    """Read all requirement files from ``folder`` up to ``root``; of lock files only the canonical names ``locked``.

    A file that cannot be read or understood becomes a failure; the rest goes on.
    """
    found = Found()
    for level, place in enumerate(_levels(root, folder)):
        waiting = _files_in(root, place)[::-1]
        while waiting:
            path = waiting.pop()
            if path not in found.seen:
                found.seen.add(path)
                waiting += _read(root, path, level, locked, found)
    return found


def requirement_texts(root: Path) -> Iterator[str]:
    """Yield the text of each requirement and lock file below ``root`` that can be read."""
    for path in list_config_files(root).files:
        if _speaks(path):
            try:
                yield _text(root, path)
            except FileError:
                continue  # collect() reports those that matter to a project


def _read(root: Path, path: str, level: int, locked: Collection[str], found: Found) -> list[str]:
    """Take in one file and return the files it includes."""
    name = PurePosixPath(path).name
    try:
        text = _text(root, path)
        if is_lock_file(name):
            found.locks += [PlacedLock(path, level, each) for each in read_locked(name, text, locked)]
            return []
        # An included file may have any name; a name no reader knows is in pip's format.
        items = read_entries(path if is_requirement_file(path) else "requirements.txt", text)
    except FileError as error:
        found.failures.append(FileFailure(error.path, error.reason))
        return []
    except ValueError as error:
        line = error.line if isinstance(error, TomlSyntaxError) else None
        found.failures.append(FileFailure(path, f"line {line}: {error}" if line else str(error)))
        return []
    found.entries += [PlacedEntry(path, level, item) for item in items if isinstance(item, Entry)]
    return [target for item in items if isinstance(item, Include) for target in _included(root, path, item, found)]


def _included(root: Path, path: str, include: Include, found: Found) -> list[str]:
    if "{" in include.target:
        return []  # a substitution of tox, or a variable of the environment
    target = os.path.normpath(PurePosixPath(path).parent / include.target).replace(os.sep, "/")
    if os.path.exists(root / target):  # noqa: PTH110 - no error for a folder we may not search
        return [target]
    found.failures.append(FileFailure(path, f"line {include.line}: includes {target}, which does not exist"))
    return []


def _levels(root: Path, folder: Path) -> list[str]:
    """Return the folders from ``folder`` up to ``root`` as ``"a/b/"`` to ``""``; the root alone for one elsewhere."""
    relative = Path(os.path.relpath(folder, root)).as_posix()
    if relative in (".", "..") or relative.startswith("../"):
        return [""]
    parts = relative.split("/")
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


def _text(root: Path, path: str) -> str:
    """Return a file's text as pip decodes it: by its byte order mark, else as UTF-8; raise FileError."""
    data = read_regular(root, path)
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        return data.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FileError(path, f"cannot be decoded as {encoding}") from error
