"""The files of one checkout as digests, with what each mentions; every file is read once and every folder listed once.

What a link leads to is part of its digest, as pytest's own configuration is read through links.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.project.command_files import reader_of
from codemod.project.lock_files import is_lock_file
from codemod.source.disk import SIZE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A FIFO must not be waited for.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WORD = re.compile(r"(?<![\w./\\-])[\w./\\-]{2,200}(?![\w./\\-])")
_NAMING = re.compile(r"(?:-r|-c|--requirement|--constraint)[\s='\",]{0,9}([\w./\\-]{1,200})(?![\w./\\-])")
_SUFFIXES = (".txt", ".in", ".pip", ".lock", ".ini", ".cfg", ".toml", ".yml", ".yaml")
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([^\n#;(]{1,1000})", re.MULTILINE)
_IDENTIFIER = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there under a path: its digest, the paths that its text may name, and the words of its imports."""

    digest: str
    named: tuple[str, ...] = ()
    imported: frozenset[str] = frozenset()


@dataclass(slots=True)
class Digests:
    """The checkout ``top``. Paths are relative to it, with ``/``; those that begin with ``../`` lie above it."""

    top: Path
    _seen: dict[str, Seen | None] = field(default_factory=dict)
    _names: dict[str, frozenset[str]] = field(default_factory=dict)

    def at(self, path: str) -> Seen | None:
        """Return what is under ``path``, None for nothing."""
        if path not in self._seen:
            self._seen[path] = self._look(path)
        return self._seen[path]

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in ``folder`` ("a/b/"), none where it cannot be listed."""
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(os.listdir(self.top / folder))  # noqa: PTH208 - names, not paths
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def _look(self, path: str) -> Seen | None:
        place = self.top / path
        try:
            link = os.fsencode(place.readlink()) if place.is_symlink() else b""
            mode = place.stat().st_mode
            if not stat.S_ISREG(mode):
                return Seen(f"{stat.S_IFMT(mode)} {link!r}")
            with os.fdopen(os.open(place, _READ), "rb") as stream:
                data = stream.read(SIZE_LIMIT + 1)
        except (FileNotFoundError, NotADirectoryError):
            return Seen("nowhere") if os.path.lexists(place) else None
        except OSError as error:
            return Seen(f"error {error.errno}")
        # git keeps one bit of the mode.
        start = b"%s\0%d\0" % (link, mode & stat.S_IXUSR)
        named = tuple(_named(path, data)) if len(data) <= SIZE_LIMIT else ()
        imported = frozenset(_imported(data)) if path.endswith(".py") else frozenset[str]()
        return Seen(hashlib.sha256(start + data).hexdigest(), named, imported)


def _named(path: str, data: bytes) -> Iterator[str]:
    """Yield the paths that a file's text may name: those of requirements it includes, of pytest's ``-c``, …"""
    folder, _, name = path.rpartition("/")
    reader = reader_of(path)
    if is_lock_file(name) or (name.endswith(".py") and name not in ("setup.py", "noxfile.py")):
        return
    folders = {folder, reader[1]} if reader else {folder}
    # Without its zeros, UTF-16 is read as well as need be.
    text = data.replace(b"\0", b"").decode("utf-8", "replace")
    words = {word for word in _WORD.findall(text) if word.endswith(_SUFFIXES)}
    for word in sorted(words | set(_NAMING.findall(text))):
        target = word.removeprefix("-r").removeprefix("-c").replace("\\", "/").lstrip("/")
        for start in folders:
            yield os.path.normpath(f"{start}/{target}" if start else target).replace(os.sep, "/")


def _imported(data: bytes) -> Iterator[str]:
    for names in _IMPORT.findall(data):
        yield from _IDENTIFIER.findall(names.decode("utf-8", "replace"))
