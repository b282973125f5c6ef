"""How far a run is, from the record that its probe writes meanwhile."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PIECE = 4_000_000
"""Bytes read of one process's record at a time."""


@dataclass(slots=True)
class Watch:
    """Called again and again, it tells how many tests are done, of how many (0 while that is not known)."""

    folder: Path
    tell: Callable[[int, int], None]
    done: int = 0
    _read: dict[str, int] = field(default_factory=dict)
    _collected: dict[str, int] = field(default_factory=dict)

    def __call__(self) -> None:
        """Read what is new in the record, and tell."""
        for path in self.folder.glob("*.jsonl"):
            # Tests can do to the folder what they like.
            with contextlib.suppress(OSError):
                if path.is_file():
                    self._take(path.name, self._new(path))
        # Workers of pytest-xdist all collect the same tests.
        self.tell(self.done, max(self._collected.values(), default=0))

    def _new(self, path: Path) -> list[bytes]:
        with path.open("rb") as file:
            file.seek(self._read.get(path.name, 0))
            lines, end, _ = file.read(_PIECE).rpartition(b"\n")
        self._read[path.name] = self._read.get(path.name, 0) + len(lines) + len(end)
        return lines.split(b"\n")

    def _take(self, name: str, lines: list[bytes]) -> None:
        self.done += sum(line.startswith(b'{"is": "finish"') for line in lines)
        ids = sum(_ids(line) for line in lines if line.startswith(b'{"is": "collected"'))
        if ids:
            self._collected[name] = self._collected.get(name, 0) + ids


def _ids(line: bytes) -> int:
    try:
        return len(json.loads(line)["ids"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0
