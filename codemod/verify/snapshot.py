"""A project's tree as it is now, without what is not its own: environments, caches, large ignored files.

Ignored files are copied: generated versions, built extensions and ``.env`` files are needed to run the tests. Nothing
is read through a link.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.project.discover import CACHE_FOLDERS, is_environment
from codemod.source.vcs import is_ignored, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Wanted = Callable[[str, os.DirEntry[str]], bool]

LARGE = 100_000_000
"""Bytes; an ignored file larger than this is data or the output of a build."""

# The database of Hypothesis is no cache: it holds the examples that failed.
_LEFT_OUT = (CACHE_FOLDERS - {".hypothesis"}) | {".tox", ".nox", "node_modules"}


def take(source: Path, target: Path, tracked: Collection[str], final: Path, scratch: Path) -> list[str]:
    """Copy ``source`` to ``target``, which does not exist, and return notes on what could not or should not be copied.

    ``tracked`` files are copied wherever they are. Absolute links into ``source`` lead into ``final``, the place where
    the copy will be used, and relative links out of it become absolute. ``scratch`` is not copied.
    """
    choice = _Choice(source, tracked, scratch)
    unreadable = copy(source, target, choice.wants, lambda path: _target(path, source, final))
    return [
        *listed("not copied, because they cannot be read:", unreadable),
        *listed(f"not copied, because git ignores them and they are over {LARGE // 1_000_000} MB:", choice.large),
    ]


def copy(
    source: Path,
    target: Path,
    wanted: Wanted = lambda *_: True,
    link: Callable[[str], str] = os.readlink,
) -> list[str]:
    """Copy the folder ``source`` to ``target`` with modes and times, and return the names that cannot be read.

    ``wanted`` is asked about each name with its entry; ``link`` says where the copy of a link leads. What is no folder,
    file or link is left out. Raises OSError where ``target`` cannot be written.
    """
    waiting, copied, unreadable = [""], [], []
    for folder in waiting:
        try:
            with os.scandir(source / folder) as found:
                inside = sorted(found, key=lambda entry: entry.name)
        except (PermissionError, FileNotFoundError):
            unreadable.append(folder)
            continue
        (target / folder).mkdir()
        copied.append(folder)
        for entry in inside:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if not wanted(name, entry):
                continue
            if entry.is_symlink():
                (target / name).symlink_to(link(entry.path))
            elif entry.is_dir():
                waiting.append(name)
            elif entry.is_file() and not _copied(entry.path, target / name):
                unreadable.append(name)
    # Last, and from the inside out: a read-only folder takes no files, and each new file changes a folder's time.
    for folder in reversed(copied):
        shutil.copystat(source / folder, target / folder)
    return unreadable


def _copied(source: str, target: Path) -> bool:
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except PermissionError:
        return False
    except FileNotFoundError:
        return True  # gone since it was listed
    return True


def _target(path: str, source: Path, final: Path) -> str:
    """Return where the copy of the link ``path`` has to lead: to the same place, or to the copy of that place."""
    text, folder = os.readlink(path), os.path.dirname(path)  # noqa: PTH115, PTH120 (a Path would drop "./" and "//")
    full = os.path.join(folder, text)  # noqa: PTH118
    is_relative = full != text
    place = Path(os.path.normpath(full))
    if not is_relative and not place.is_relative_to(source):
        # The tree by another name, as /tmp is one of /private/tmp.
        place = Path(os.path.realpath(place.parent), place.name)
    if not place.is_relative_to(source):
        return full
    return text if is_relative else str(final / place.relative_to(source))


class _Choice:
    def __init__(self, source: Path, tracked: Collection[str], scratch: Path) -> None:
        self.large: list[str] = []
        self._source = source
        self._scratch = str(scratch)
        self._foreign: set[str] = set()
        # The tracked files with all folders above them.
        self._needed = set(tracked)
        for name in tracked:
            folder = name.rpartition("/")[0]
            while folder and folder not in self._needed:
                self._needed.add(folder)
                folder = folder.rpartition("/")[0]

    def wants(self, name: str, entry: os.DirEntry[str]) -> bool:
        """Tell whether ``name`` is to be copied; a foreign folder is entered only for the tracked files in it."""
        if entry.name == ".git" or entry.path == self._scratch:
            return False
        is_folder = entry.is_dir(follow_symlinks=False)
        if name.rpartition("/")[0] in self._foreign or (is_folder and self._is_foreign(name, entry.name)):
            if is_folder:
                self._foreign.add(name)
            return name in self._needed
        if self._is_large(entry) and is_ignored(self._source, name):
            self.large.append(name)
            return False
        return True

    def _is_foreign(self, name: str, base: str) -> bool:
        return base in _LEFT_OUT or is_environment(self._source / name)

    def _is_large(self, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size > LARGE
        except OSError:
            return False  # in a folder that can be listed and not entered; copying it will tell
