"""Trees to copy, and what is in them."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest
from support.command import git as plain_git

from codemod.verify.copies import Copies

State = dict[str, tuple[object, ...]]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "init.defaultBranch=main")
    return plain_git(folder, *identity, *arguments, stdin=stdin)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def state(folder: Path) -> State:
    """Return all names below ``folder`` with mode, and the time and bytes of files or the text of links."""
    found: State = {}
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            seen = path.lstat()
            data: tuple[object, ...] = ()
            if path.is_symlink():
                data = (str(path.readlink()),)
            elif stat.S_ISREG(seen.st_mode):
                data = (seen.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            found[str(path.relative_to(folder))] = (oct(seen.st_mode), *data)
    return found


def without_git(found: State) -> State:
    return {name: value for name, value in found.items() if name.split("/")[0] != ".git"}


def copied(project: Path) -> tuple[State, list[str]]:
    """Return the state of a copy of ``project`` and the notes, after a check that the original has not changed."""
    before = state(project)
    with Copies(project) as copies:
        found = without_git(state(copies.fresh().project))
    assert state(project) == before
    return found, copies.notes


def inside(folder: Path) -> list[str]:
    """Return the names in ``folder``."""
    return sorted(path.name for path in folder.iterdir())
