"""The file system as loopmend may touch it: regular files under one root, no link followed, writes synced.

Every path here is root-relative with ``/``. A path is checked twice, when it is planned and again right before the
rename; between the second check and the rename a few microseconds remain, which only a process that already runs as
the same user could use.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE_LIMIT = 20 * 1024 * 1024

# ".git" in any case, and the short name Windows gives it: writing there can run code.
_GIT_FOLDERS = frozenset({".git", "git~1"})
# Missing on Windows. NONBLOCK: opening a FIFO must not wait for a writer.
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | getattr(os, "O_BINARY", 0)


def real(root: Path) -> Path:
    """Return ``root`` with all links resolved; everything else is measured against it."""
    return Path(os.path.realpath(root))


@contextlib.contextmanager
def file_errors(path: str) -> Iterator[None]:
    """Turn an OSError of the block into a FileError that names ``path`` and the operating system's reason."""
    try:
        yield
    except OSError as error:
        raise FileError(path, error.strerror or type(error).__name__) from error


def read_regular(root: Path, path: str, limit: int = SIZE_LIMIT) -> bytes:
    """Return the bytes of the regular file ``path``, at most ``limit``; raise FileError for anything else."""
    top = real(root)
    place = _lexical(top, path)
    if not Path(os.path.realpath(place)).is_relative_to(top):
        raise FileError(path, "leads outside the project through a symbolic link")
    with file_errors(path):
        seen = place.lstat()
        _require_regular(path, seen)
        with os.fdopen(os.open(place, _READ), "rb") as stream:
            if not os.path.samestat(seen, os.fstat(stream.fileno())):
                raise FileError(path, "was replaced while it was being opened")
            data = stream.read(limit + 1)
    if len(data) > limit:
        raise FileError(path, f"is larger than {limit // (1024 * 1024)} MB")
    return data


def writable(root: Path, path: str) -> Path:
    """Return the place of ``path`` if loopmend may write there; raise FileError otherwise.

    Its folder must exist, be under ``root`` with no link in the chain, and lie outside ``.git``; the file itself may be
    missing, else it must be regular and not read-only. ``root`` must come from `real`.
    """
    place = _lexical(root, path)
    if any(part.rstrip(". ").casefold() in _GIT_FOLDERS for part in path.split("/")):
        raise FileError(path, "lies inside a .git folder")
    if os.path.normcase(os.path.realpath(place.parent)) != os.path.normcase(place.parent):
        raise FileError(path, "its folder is reached through a symbolic link")
    with file_errors(path):
        if not place.parent.is_dir():
            raise FileError(path, "its folder does not exist")
        if not os.path.lexists(place):
            return place
        seen = place.lstat()
    _require_regular(path, seen)
    if not seen.st_mode & stat.S_IWUSR:
        raise FileError(path, "is read-only")
    return place


def write_new(place: Path, data: bytes, mode: int = 0o644, like: os.stat_result | None = None) -> None:
    """Create ``place`` holding ``data`` and sync it; raise OSError, also where something is there already.

    ``like`` gives the mode and, where the system allows, the owner; without it ``mode`` applies under the umask.
    """
    with os.fdopen(os.open(place, _CREATE, mode if like is None else 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        if like is not None:
            _copy_ownership(place, like)
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable; a system that cannot sync folders (Windows) does nothing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_ownership(place: Path, like: os.stat_result) -> None:
    now = place.lstat()
    if hasattr(os, "chown") and (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
        # Only root may give files away. Mode comes after: a change of owner clears set-id bits.
        with contextlib.suppress(PermissionError):
            os.chown(place, like.st_uid, like.st_gid)
    place.chmod(stat.S_IMODE(like.st_mode))


def _lexical(root: Path, path: str) -> Path:
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise FileError(path, "is not a path relative to the project")
    place = root.joinpath(*parts)
    # A drive letter or a backslash on Windows can still leave the root.
    if not place.is_relative_to(root) or place.relative_to(root).as_posix() != path:
        raise FileError(path, "is not a path relative to the project")
    return place


def _require_regular(path: str, seen: os.stat_result) -> None:
    if stat.S_ISLNK(seen.st_mode):
        raise FileError(path, "is a symbolic link")
    if not stat.S_ISREG(seen.st_mode):
        raise FileError(path, "is not a regular file")
