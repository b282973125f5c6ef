"""A folder of generated files that is brought to what it shall hold, file by file, and touches nothing else in it.

``manifest.json`` names the files that are ours. It is written first with the old and the new names and last with the
new ones only, so a killed run leaves no file that the next one would not know. Only the manifest is synced: what a
power cut takes of the other files the next export puts right, since it compares their bytes.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from codemod.errors import FileError, LoopmendError
from codemod.report.json import dump
from codemod.source.disk import file_errors, read_regular, real, writable, write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
PATCHES = "patches"
_LIMIT = 1 << 30
_OURS = re.compile(rf"(?:{PATCHES}/)?[^/\0]+\.(?:patch|md|txt|csv|json)")
"""What a name in a manifest may look like: a manifest found on disk is not trusted to name anything else."""


class ExportError(LoopmendError):
    """The folder holds something else under a name that an export needs."""

    next_step = "Give another folder for the export, or move the named file away."


def bring(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Make ``files`` (by their name in ``folder``) and remove what an earlier export left; return their paths, sorted.

    Each file is replaced at once or not at all, and one that is right already is not touched. Raises ExportError where
    a file of another origin is in the way, FileError where the folder cannot be written.
    """
    with file_errors(str(folder)):
        (folder / PATCHES).mkdir(parents=True, exist_ok=True)
    top = real(folder)
    known = _known(top)
    _refuse_foreign(top, files, known)
    _put(top, MANIFEST, _manifest({*known, *files}), write_new)
    for name in sorted(files):
        _put(top, name, files[name])
    for name in sorted(known - {*files}):
        _remove(top, name)
    _put(top, MANIFEST, _manifest(files), write_new)
    return tuple(folder / name for name in sorted(files))


def _known(top: Path) -> set[str]:
    """Return the names in the manifest, none where there is no manifest."""
    if not os.path.lexists(top / MANIFEST):
        return set()
    try:
        names = json.loads(read_regular(top, MANIFEST))["files"]
        return {name for name in names if _OURS.fullmatch(name) and name != MANIFEST}
    except (ValueError, TypeError, KeyError) as error:
        raise ExportError(f"{top / MANIFEST} is there and is not that of an export") from error


def _refuse_foreign(top: Path, files: Iterable[str], known: set[str]) -> None:
    for name in sorted({*files} - known):
        if os.path.lexists(top / name):
            raise ExportError(f"{top / name} is there and is not from an earlier export")


def _manifest(names: Iterable[str]) -> bytes:
    return dump({"files": sorted(names)}).encode()


def _write(place: Path, data: bytes) -> None:
    with place.open("xb") as stream:
        stream.write(data)


def _put(top: Path, name: str, data: bytes, write: Callable[[Path, bytes], None] = _write) -> None:
    place = writable(top, name)
    temporary = _temporary(place)
    with file_errors(name):
        temporary.unlink(missing_ok=True)
        if _holds(top, name, data):
            return
        try:
            write(temporary, data)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)


def _holds(top: Path, name: str, data: bytes) -> bool:
    try:
        return (top / name).stat().st_size == len(data) and read_regular(top, name, _LIMIT) == data
    except (OSError, FileError):
        return False


def _remove(top: Path, name: str) -> None:
    place = writable(top, name)
    with file_errors(name):
        _temporary(place).unlink(missing_ok=True)
        place.unlink(missing_ok=True)


def _temporary(place: Path) -> Path:
    return place.with_name(f".{place.name}.tmp")
