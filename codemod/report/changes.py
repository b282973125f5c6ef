"""What migrate wrote: one line per file and the totals, and a patch made safe to look at on a terminal."""

from __future__ import annotations

from collections.abc import Callable

from codemod.model import FileChange, Report
from codemod.report.escape import escape_lines
from codemod.report.style import Pen
from codemod.report.summary import path_of, plural
from codemod.report.tally import tally

LineCount = Callable[[FileChange], tuple[int, int]]
"""Gives the numbers of added and removed lines of one change, as its diff has them."""

_PATCH_COLORS = {"+++": "bold", "---": "bold", "dif": "bold", "@@ ": "cyan"}
_LINE_COLORS = {"+": "green", "-": "red"}


def render_changes(report: Report, count: LineCount, color: bool) -> str:
    """Return ``+a -b path`` per changed file and a line of totals; nothing where no file changed."""
    pen = Pen(color)
    rows = [
        (*count(change), path_of(project, change.path)) for project in report.projects for change in project.changes
    ]
    if not rows:
        return ""
    width = max(len(str(number)) for row in rows for number in row[:2])
    lines = [
        f"{pen.paint('green', f'+{added:<{width}}')} {pen.paint('red', f'-{removed:<{width}}')} {path}"
        for added, removed, path in rows
    ]
    return "".join(f"{line}\n" for line in lines) + stat_line(
        len(rows), sum(r[0] for r in rows), sum(r[1] for r in rows)
    )


def stat_line(files: int, added: int, removed: int) -> str:
    """Return the totals of a patch as one line."""
    return f"{plural(files, 'file')} changed, {plural(added, 'line')} added, {removed} removed.\n"


def render_mended(report: Report) -> str:
    """Return how many findings the written changes answer, as a line; nothing where they answer none."""
    mended = tally(report).applied
    return f"Mended {plural(mended, 'finding')}.\n" if mended else ""


def render_patch(patch: bytes, color: bool) -> str:
    """Return a patch to be looked at: no byte of it can steer a terminal. For ``git apply`` take the bytes instead."""
    pen = Pen(color)
    return "\n".join(_patch_line(pen, line) for line in patch.decode("utf-8", errors="backslashreplace").split("\n"))


def _patch_line(pen: Pen, line: str) -> str:
    name = _PATCH_COLORS.get(line[:3]) or _LINE_COLORS.get(line[:1])
    shown = escape_lines(line)
    return pen.paint(name, shown) if name else shown
