"""Results of earlier runs by their key: one file for each, whole or not at all; what is damaged counts as absent.

The cache is a help only: where it cannot be written, projects are read again. It lies in the user's own folder, so that
no repository can put a result there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from codemod.batch.records import Result, Status, dump, load_result

_KEY = re.compile(r"[0-9a-f]{64}")
_LIMIT = 1024 * 1024 * 1024
_SUFFIX = ".json"


def default_folder() -> Path:
    """Return the folder for results in the user's cache (``$XDG_CACHE_HOME``, else ``~/.cache``)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # A relative path would lie in whatever folder is the current one, and the standard says to ignore it.
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"  # noqa: PTH117
    return base / "loopmend" / "results"


@dataclass(slots=True)
class Cache:
    """The results in ``folder``, of at most ``limit`` bytes or a little more: those not used for longest go."""

    folder: Path
    limit: int = _LIMIT
    _room: int = 0

    def get(self, key: str) -> Result | None:
        """Return the result with ``key``, None where there is none that is whole."""
        place = self._place(key)
        try:
            digest, _, line = place.read_text(encoding="ascii").partition("\n")
            if digest != hashlib.sha256(line.encode("ascii")).hexdigest():
                return None
            result = load_result(line)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        if result.key != key:
            return None
        with contextlib.suppress(OSError):
            os.utime(place)
        return result

    def put(self, result: Result) -> None:
        """Keep ``result`` under its key; not one that failed, which has to be tried again."""
        if result.status is Status.FAILED:
            return
        line = dump(result)
        data = f"{hashlib.sha256(line.encode('ascii')).hexdigest()}\n{line}".encode("ascii")
        with contextlib.suppress(OSError):
            self._write(self._place(result.key), data)
            self._room -= len(data)
            if self._room < 0:
                self._trim()

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    @staticmethod
    def _write(place: Path, data: bytes) -> None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.replace(temporary, place)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise

    def _trim(self) -> None:
        """Remove the oldest files until there is room for an eighth of the limit; a killed process may leave some."""
        files = sorted(_files(self.folder))
        total = sum(size for _, size, _ in files)
        room = self.limit // 8
        for _, size, path in files:
            if total <= self.limit - room:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108
            total -= size
        self._room = max(self.limit - total, room)


def _files(folder: Path) -> list[tuple[float, int, str]]:
    """Return age, size and path of all files in the cache; what another process removes meanwhile is left out."""
    found = []
    for path in folder.glob("??/*"):
        with contextlib.suppress(OSError):
            seen = path.lstat()
            found.append((seen.st_mtime, seen.st_size, str(path)))
    return found
