"""The report for people: findings with their path over the loops, the strategy, a summary and the next step.

Everything that comes from a repository passes through ``escape`` before anything of ours is put around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.report.escape import escape
from codemod.report.excerpt import excerpt, source_lines
from codemod.report.style import TAG_COLORS, Pen
from codemod.report.summary import path_of, project_lines, skipped_rows, summary_lines
from codemod.report.tally import answer, offered, standing, withheld

if TYPE_CHECKING:
    from codemod.model import Finding, Location, ProjectReport, Remedy, Report

Sources = Callable[[str, str], bytes | None]
"""Gives the bytes of a file from its project's root and its path, or None where it cannot be read."""

_INDENT = "   "


@dataclass(frozen=True, slots=True)
class _Writer:
    sources: Sources
    pen: Pen
    verbose: bool
    quiet: bool
    unsafe: bool
    cache: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def render_check(
    report: Report,
    sources: Sources,
    color: bool,
    *,
    verbose: bool = False,
    quiet: bool = False,
    unsafe: bool = False,
) -> str:
    """Return the whole report as text that ends in a newline.

    ``quiet`` leaves one line per finding and skipped file, ``verbose`` adds ids, versions and options with their
    provenance, and ``unsafe`` says that ``--unsafe`` is in force, so that it is not advised again.
    """
    findings = render_findings(report, sources, color, verbose=verbose, quiet=quiet, unsafe=unsafe)
    if quiet:
        return findings + "".join(f"{row}\n" for row in skipped_rows(report, " skipped: "))
    return findings + render_summary(report, color, verbose=verbose, unsafe=unsafe)


def render_findings(
    report: Report,
    sources: Sources,
    color: bool,
    *,
    verbose: bool = False,
    quiet: bool = False,
    unsafe: bool = False,
) -> str:
    """Return the findings alone, each followed by an empty line unless ``quiet``."""
    writer = _Writer(sources, Pen(color), verbose, quiet, unsafe)
    end = "\n" if quiet else "\n\n"
    return "".join(
        "\n".join(_finding(writer, project, found)) + end for project in report.projects for found in project.findings
    )


def render_summary(report: Report, color: bool, *, verbose: bool = False, unsafe: bool = False) -> str:
    """Return the part below the findings: per project the strategy and its alternatives, then counts and next step."""
    pen = Pen(color)
    several = len(report.projects) > 1
    blocks = [project_lines(project, pen, titled=several, verbose=verbose) for project in report.projects]
    lines = [line for block in blocks if block for line in [*block, ""]] + summary_lines(report, pen, unsafe)
    return "".join(f"{line}\n" for line in lines)


def place(project: ProjectReport, location: Location) -> str:
    """Return ``path:line:col`` as seen from where the command runs, escaped."""
    return f"{path_of(project, location.path)}:{location.line}:{location.column}"


def _finding(writer: _Writer, project: ProjectReport, finding: Finding) -> Iterator[str]:
    pen, level = writer.pen, standing(project, finding, writer.unsafe)
    word = level.word if level else "by hand"
    tag = pen.paint(TAG_COLORS[word], f"[{word}]")
    where = pen.paint("bold", place(project, finding.location))
    yield f"{where} {pen.paint('cyan', escape(finding.code))} {tag} {escape(finding.message)}"
    if writer.quiet:
        return
    yield from _excerpt(writer, project, finding.location)
    yield from _steps(project, finding)
    yield from _cure(writer, project, finding)
    if writer.verbose:
        yield f"{_INDENT}id: {escape(finding.id)}"


def _excerpt(writer: _Writer, project: ProjectReport, location: Location) -> list[str]:
    key = (project.root, location.path)
    if key not in writer.cache:
        data = writer.sources(*key)
        writer.cache[key] = [] if data is None else source_lines(data)
    return [writer.pen.paint("dim", row) for row in excerpt(writer.cache[key], location.line, location.column)]


def _steps(project: ProjectReport, finding: Finding) -> Iterator[str]:
    if finding.steps:
        yield f"{_INDENT}path:"
    for depth, step in enumerate(finding.steps, start=1):
        loop = f" (loop: {escape(step.loop)})" if step.loop else ""
        yield f"{_INDENT}{'  ' * depth}{place(project, step.location)} {escape(step.text)}{loop}"


def _cure(writer: _Writer, project: ProjectReport, finding: Finding) -> Iterator[str]:
    applied = answer(project, finding)
    remedy = applied or withheld(project, finding)
    if remedy is not None:
        yield f"{_INDENT}fix ({_status(remedy, applied is not None, writer.unsafe)}): {escape(remedy.title)}"
        if remedy.condition:
            yield f"{_INDENT}condition: {escape(remedy.condition)}"
    if finding.advice and applied is None:
        yield f"{_INDENT}by hand: {escape(finding.advice)}"


def _status(remedy: Remedy, applied: bool, unsafe: bool) -> str:
    if applied:
        return remedy.applicability.word
    return "unsafe, needs --unsafe" if offered(remedy, unsafe) else "not applied"
