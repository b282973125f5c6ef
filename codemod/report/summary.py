"""What is said once: per project the strategy, its alternatives and the versions; per run the counts and next step."""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING

from codemod.report.escape import escape
from codemod.report.tally import Tally, remaining, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.model import Alternative, OptionValue, ProjectReport, Report
    from codemod.report.style import Pen

_WORDS = {
    "isolate": "every test gets its own loop, and what is bound to a loop lives as long as one test",
    "share": "tests and fixtures run on one loop for the whole session",
    "preserve": "the loops stay as they are, only their spelling changes",
}


def project_lines(project: ProjectReport, pen: Pen, *, titled: bool, verbose: bool) -> list[str]:
    """Return the lines about one project; nothing where there is nothing to say. ``titled`` adds its root."""
    lines = [
        *(() if verbose else _upgrade(project)),
        *_strategy(project),
        *(f"Note: {escape(note)}" for note in project.notes),
    ]
    if verbose:
        lines += _provenance(project)
    return [pen.paint("bold", f"Project {escape(project.root)}"), *lines] if titled and lines else lines


def summary_lines(report: Report, pen: Pen, unsafe: bool) -> list[str]:
    """Return the counts, the files left out and the next step; ``unsafe`` says that ``--unsafe`` is in force."""
    counts = tally(report, unsafe)
    lines = [pen.paint("bold", _found(report, counts)), *_skipped(report)]
    if len(lines) == 2:
        # The usual single skipped file stays on the line of the counts; a list of them gets its own lines.
        lines = [" ".join(lines)]
    hint = _next(report, counts, unsafe)
    return [*lines, f"Next: {hint}."] if hint else lines


def plural(number: int, noun: str) -> str:
    """Return ``1 file`` or ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def command(verb: str, report: Report, unsafe: bool = False) -> str:
    """Return the command line for ``verb`` on the report's projects with the same options, quoted for a shell."""
    roots = [shlex.quote(escape(project.root)) for project in report.projects]
    options = [] if verb == "undo" else [shlex.quote(escape(word)) for word in report.repeat]
    flag = ["--unsafe"] if unsafe else []
    return " ".join(["loopmend", verb, *flag, *options, *([] if roots == ["."] else roots)])


def path_of(project: ProjectReport, path: str) -> str:
    """Return ``path`` as seen from where the command runs, escaped; a root of ``.`` adds nothing."""
    return escape(path if project.root == "." else posixpath.normpath(posixpath.join(project.root, path)))


def skipped_rows(report: Report, between: str = " ") -> list[str]:
    """Return path and reason of each file that could not be processed."""
    failures = [(project, failure) for project in report.projects for failure in project.failures]
    return [f"{path_of(one, failure.path)}{between}{escape(failure.reason).rstrip('.')}" for one, failure in failures]


def option_lines(options: Iterable[OptionValue]) -> list[str]:
    """Return each option with its value and where it comes from."""
    return [f"{escape(option.name)} {_value(option)} ({escape(option.origin)})" for option in options]


def _value(option: OptionValue) -> str:
    return "is not set" if option.value is None else f"= {escape(option.value)}"


def _strategy(project: ProjectReport) -> Iterator[str]:
    if not project.strategy or not (project.findings or project.changes):
        return
    words = _WORDS.get(project.strategy)
    yield f"Strategy: {escape(project.strategy)}" + (f": {words}." if words else "")
    yield from (_alternative(other) for other in project.alternatives)


def _alternative(other: Alternative) -> str:
    name = escape(other.strategy)
    if not other.available:
        return f"  not {name}: {escape(other.reason)}"
    parts = [plural(other.edits, "edit"), other.loops, other.cost, other.reason]
    return f"  or {name}: {'; '.join(escape(part) for part in parts if part)}"


def _upgrade(project: ProjectReport) -> Iterator[str]:
    if project.target != project.version:
        yield _versions(project)


def _versions(project: ProjectReport) -> str:
    """Return from which version to which."""
    goes = f" → {escape(project.target)}" if project.target != project.version else ""
    return f"pytest-asyncio {escape(project.version)} ({escape(project.version_origin)}){goes}"


def _provenance(project: ProjectReport) -> Iterator[str]:
    yield _versions(project)
    yield from (f"  {line}" for line in option_lines(project.options))


def _found(report: Report, counts: Tally) -> str:
    if counts.findings:
        split = f"{counts.safe} safe, {counts.unsafe} unsafe, {counts.by_hand} by hand"
        return f"Found {counts.findings} in {plural(counts.files, 'file')} ({split})."
    if changed := _changed(report):
        return f"No crossings, but {plural(changed, 'file')} to change."
    fixtures = sum(project.counts.fixtures for project in report.projects)
    tests = sum(project.counts.tests for project in report.projects)
    return f"No crossings, nothing to do ({plural(fixtures, 'fixture')}, {plural(tests, 'test')} read)."


def _skipped(report: Report) -> list[str]:
    rows = skipped_rows(report)
    if not rows:
        return []
    title = f"{plural(len(rows), 'file')} skipped:"
    return [f"{title} {rows[0]}."] if len(rows) == 1 else [title, *(f"  {row}" for row in rows)]


def _next(report: Report, counts: Tally, unsafe: bool) -> str:
    more = f", add --unsafe for {counts.more} more" if counts.more else ""
    if counts.applied or _changed(report):
        what = f"to apply {counts.applied}" if counts.applied else f"to change {plural(_changed(report), 'file')}"
        return f"{command('diff', report, unsafe)} to preview, {command('migrate', report, unsafe)} {what}{more}"
    if counts.more:
        preview, apply = command("diff", report, True), command("migrate", report, True)
        return f"{preview} to preview, {apply} to apply {counts.more}"
    codes = sorted({finding.code for project in report.projects for finding in remaining(project)})
    return f"loopmend explain {escape(codes[0])} for what to do by hand" if codes else ""


def _changed(report: Report) -> int:
    return sum(len(project.changes) for project in report.projects)
