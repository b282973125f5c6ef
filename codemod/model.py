"""The words of the domain as plain data: locations, findings, remedies, changes, the report.

Nothing here reads a file or decides anything. Every class is a frozen, slotted dataclass, so values can be
hashed, compared, pickled to workers and put in sets. Paths are root-relative with ``/``; lines count from 1;
columns count characters (not bytes) from 0, as in ``ast`` after conversion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemod.operations import Operation


class Applicability(IntEnum):
    """How far an edit may be trusted (DESIGN, Applicability); ordered, so ``a >= SAFE`` asks "apply by default?"."""

    DISPLAY = 0
    UNSAFE = 1
    SAFE = 2

    @property
    def word(self) -> str:
        """Return the lower-case name used in reports."""
        return self.name.lower()


class StrategyName(StrEnum):
    """The suite-wide ways to repair crossings (DESIGN, Strategies)."""

    AUTO = "auto"
    ISOLATE = "isolate"
    SHARE = "share"
    PRESERVE = "preserve"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place to show a person: path, line from 1, column from 1."""

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


# --- findings and remedies ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a crossing's path: what is there, and on which loop it runs (None where no loop is involved)."""

    location: Location
    text: str
    loop: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule saw. ``id`` is stable over line moves: code plus a hash of path, qualified name and subject."""

    code: str
    location: Location
    message: str
    id: str
    symbol: str = ""
    steps: tuple[Step, ...] = ()
    applicability: Applicability = Applicability.DISPLAY
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An all-or-nothing group of operations that answers one or more findings (DESIGN law 3)."""

    title: str
    code: str
    applicability: Applicability
    operations: tuple[Operation, ...]
    findings: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A strategy that was not chosen: what it would cost, or why it cannot be used."""

    strategy: str
    available: bool
    edits: int
    loops: str
    cost: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after; ``before`` is None for a new file. ``mode`` is the POSIX permission bits."""

    path: str
    before: bytes | None
    after: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that could not be processed, and why, in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class OptionValue:
    """One effective pytest option with its provenance (``pytest.ini:3``, ``addopts (pytest.ini:2)``, ``default``)."""

    name: str
    value: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was read."""

    files: int = 0
    fixtures: int = 0
    tests: int = 0


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """All that one project's analysis found and would change.

    ``later`` are the changes of a second patch, on top of ``changes``, for when older versions need not work any more.
    """

    root: str
    version: str
    version_origin: str
    target: str
    options: tuple[OptionValue, ...]
    strategy: str
    findings: tuple[Finding, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    withheld: tuple[Remedy, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    changes: tuple[FileChange, ...] = ()
    failures: tuple[FileFailure, ...] = ()
    notes: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)
    later: tuple[FileChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run: one entry per project, in path order."""

    projects: tuple[ProjectReport, ...] = ()
