"""What goes to a worker and what comes back: plain data that can be written as one line of JSON.

Nothing here holds a path of this machine but ``Task.checkout``, which only the worker uses: results, and all that is
made of them, are the same wherever the checkouts lie. A project is named by its checkout's name and its folder
(``payments/services/api``; a checkout's top is the name alone).
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a project ended."""

    CHANGED = "changed"
    FINDINGS = "findings"
    """Nothing to change, but findings for a person."""
    CLEAN = "clean"
    FAILED = "failed"
    """It could not be read at all, or its worker died, hung or ran out of memory; ``Result.reason`` says which."""


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """One project: its name, the top of the checkout it is in (absolute), and its folder from there ("" is the top)."""

    name: str
    checkout: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One project for a worker: where it is, and the settings as ``project.settings.load`` takes them (overrides).

    ``archive`` are the files of the checkout as a tar archive, "" where the worker sees the same file system (base64).
    ``verify`` asks for runs of the suite, which executes the project's code; its options are in ``running``.
    """

    project: ProjectRef
    overrides: dict[str, object] = field(default_factory=dict)
    isolated: bool = False
    archive: str = ""
    verify: bool = False
    running: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilePatch:
    """The patch of one file, as git takes it from the top of the checkout, in base64; ``part`` is its component.

    ``rules`` are the codes of the remedies that edit it. Files of one ``part`` of a project belong together: one
    without the others would be half a remedy.
    """

    path: str
    patch: str
    added: int
    removed: int
    rules: tuple[str, ...]
    part: int = 0

    @property
    def data(self) -> bytes:
        """Return the patch in bytes."""
        return b64decode(self.patch)

    @staticmethod
    def encoded(data: bytes) -> str:
        """Return bytes as they are kept."""
        return b64encode(data).decode("ascii")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one project. ``report`` is its entry of the JSON report (report/json.py).

    ``key`` is the hash of what it was made from (cache.py). ``evidence`` is that of a verification (its JSON entry),
    and ``evidence_markdown`` its text for a pull request. ``seconds`` and ``memory`` (peak, bytes) are for people only:
    nothing that is exported depends on them.
    """

    project: str
    folder: str
    status: Status
    key: str = ""
    reason: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    files: tuple[FilePatch, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)
    evidence_markdown: str = ""
    seconds: float = 0.0
    memory: int = 0


def dump(record: Task | Result) -> str:
    """Return a record as one line of ASCII JSON, without a newline."""
    return json.dumps(asdict(record), ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def load_task(line: str) -> Task:
    """Return the task in a line; raises ValueError for anything else."""
    data = _object(line, Task)
    return Task(**{**data, "project": ProjectRef(**data["project"])})


def load_result(line: str) -> Result:
    """Return the result in a line; raises ValueError for anything else, such as a line that was not written whole."""
    data = _object(line, Result)
    files = tuple(FilePatch(**{**each, "rules": tuple(each["rules"])}) for each in data["files"])
    return Result(**{**data, "status": Status(data["status"]), "files": files})


def _object(line: str, kind: type) -> dict[str, Any]:
    data = json.loads(line)
    if not isinstance(data, dict) or set(data) != {item.name for item in fields(kind)}:
        raise ValueError(f"not a {kind.__name__}")
    return data
