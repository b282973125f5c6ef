"""Sort findings by what a person has to do about them, and count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.model import Applicability, Finding, ProjectReport, Remedy, Report

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a report. ``applied`` findings are answered by what migrate writes, ``more`` need ``--unsafe``."""

    findings: int
    files: int
    safe: int
    unsafe: int
    by_hand: int
    applied: int
    more: int


def answer(project: ProjectReport, finding: Finding) -> Remedy | None:
    """Return the remedy of ``project`` that answers ``finding`` when migrate runs, or None."""
    return next((remedy for remedy in project.remedies if finding.id in remedy.findings), None)


def withheld(project: ProjectReport, finding: Finding) -> Remedy | None:
    """Return the remedy that would answer ``finding`` but is not applied, or None; the most trusted one wins."""
    found = [remedy for remedy in project.withheld if finding.id in remedy.findings]
    return max(found, key=lambda remedy: remedy.applicability, default=None)


def offered(remedy: Remedy, unsafe: bool) -> bool:
    """Return whether ``--unsafe`` would apply a withheld remedy; ``unsafe`` says that it was given already.

    A withheld remedy that no flag releases was refused: its proof failed, or it is for display only.
    """
    return remedy.applicability is Applicability.UNSAFE and not unsafe


def standing(project: ProjectReport, finding: Finding, unsafe: bool = False) -> Applicability:
    """Return what stands between ``finding`` and its cure: nothing (SAFE), ``--unsafe``, or a person (DISPLAY)."""
    remedy = answer(project, finding)
    if remedy is not None:
        return remedy.applicability
    other = withheld(project, finding)
    return Applicability.UNSAFE if other is not None and offered(other, unsafe) else Applicability.DISPLAY


def remaining(project: ProjectReport) -> tuple[Finding, ...]:
    """Return the findings that migrate leaves."""
    return tuple(finding for finding in project.findings if answer(project, finding) is None)


def tally(report: Report, unsafe: bool = False) -> Tally:
    """Count the findings of ``report``; files of different projects are different files."""
    rows = [(project, finding) for project in report.projects for finding in project.findings]
    standings = [standing(project, finding, unsafe) for project, finding in rows]
    applied = [answer(project, finding) is not None for project, finding in rows]
    return Tally(
        findings=len(rows),
        files=len({(project.root, finding.location.path) for project, finding in rows}),
        safe=standings.count(Applicability.SAFE),
        unsafe=standings.count(Applicability.UNSAFE),
        by_hand=standings.count(Applicability.DISPLAY),
        applied=sum(applied),
        more=_more(zip(standings, applied, strict=True)),
    )


def _more(rows: Iterable[tuple[Applicability, bool]]) -> int:
    return sum(standing is Applicability.UNSAFE and not applied for standing, applied in rows)
