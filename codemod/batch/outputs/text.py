"""The batch on a terminal: the counts, a line per patch, what failed; and the table of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.batch.commit import Ended
from codemod.batch.outputs.view import size
from codemod.batch.outputs.words import MINUS, lines, weighed
from codemod.batch.records import Status
from codemod.report.escape import escape, escape_short, width
from codemod.report.style import Pen
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemod.batch.commit import Committed
    from codemod.batch.outputs.view import Batch, Project
    from codemod.batch.shards import Shard

_SHARDS = 40
_FAILURES = 20
_NAME = 60
_NOTE = 80
_REASON = 300
_HASH = 10
_COLORS = {Status.CHANGED: "green", Status.FINDINGS: "yellow", Status.FAILED: "red"}
_ENDED = {Ended.MADE: "green", Ended.THERE: "dim", Ended.LEFT: "yellow", Ended.FAILED: "red"}
_HEADER = ("project", "pytest-asyncio", "strategy", "safe", "unsafe", "by hand", "files", "+", MINUS, "note")
_NUMBERS = range(3, 9)


def render_summary(batch: Batch, color: bool, *, pending: int = 0) -> str:
    """Return the counts, the patches and the failures as lines; ``pending`` projects have no result yet."""
    pen = Pen(color)
    shown = [_counts(batch, pen, pending)]
    shown += _bounded([_shard(batch, shard) for shard in batch.shards], _SHARDS, "patch", "patches")
    failures = batch.failures
    rows = [_failure(row.project, row.file, row.reason, row.retry, pen) for row in failures]
    shown += _bounded(rows, _FAILURES, "failure", "failures")
    return "".join(f"{line}\n" for line in shown)


def render_plan(batch: Batch, color: bool) -> str:
    """Return a table with a line per project of what a run would do, then the counts."""
    pen = Pen(color)
    rows = [list(_HEADER), *(_planned(one) for one in batch.projects)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(_HEADER))]
    header, *rest = (_aligned(row, widths) for row in rows)
    shown = [pen.paint("bold", header), *rest] if batch.projects else []
    return "".join(f"{line}\n" for line in [*shown, _counts(batch, pen, 0)])


def render_commits(found: Iterable[Committed], color: bool) -> str:
    """Return a line per branch: its name, what became of it, its commit, and why it is not made."""
    pen = Pen(color)
    return "".join(f"{_committed(each, pen)}\n" for each in found)


def _committed(each: Committed, pen: Pen) -> str:
    ended = pen.paint(_ENDED[each.ended], each.ended.value)
    return "  ".join(filter(None, [each.branch, ended, each.commit[:_HASH], escape_short(each.reason, _REASON)]))


def _counts(batch: Batch, pen: Pen, pending: int) -> str:
    parts = [
        pen.paint(_COLORS[status], text) if number and status in _COLORS else text
        for status, number in batch.status.items()
        for text in [f"{number} {status.value}"]
    ]
    more = [f"{pending} to do"] if pending else []
    return "  ".join([pen.paint("bold", plural(len(batch.projects) + pending, "project")), *parts, *more])


def _shard(batch: Batch, shard: Shard) -> str:
    owners = f"owners {' '.join(escape_short(owner, _NAME) for owner in shard.owners)}" if shard.owners else ""
    parts = [f"patches/{shard.slug}.patch", lines(*size(shard.files)), weighed(batch, shard), owners]
    return "  ".join(part for part in [*parts, batch.verified(shard)] if part)


def _failure(project: str, file: str, reason: str, retry: str, pen: Pen) -> str:
    where = f"{escape(project)}: {escape(file)}" if file else escape(project)
    return f"{pen.paint('red', 'failed')} {where}: {escape_short(reason, _REASON)}\n  try again: {escape(retry)}"


def _bounded(rows: list[str], most: int, noun: str, nouns: str) -> Iterator[str]:
    yield from rows[:most]
    if (more := len(rows) - most) > 0:
        yield f"… and {more} more {noun if more == 1 else nouns}, all in summary.md and the tables beside it"


def _planned(one: Project) -> list[str]:
    report, counts = one.report, one.counts
    name = escape_short(one.name, _NAME)
    if one.result.status is Status.FAILED:
        return [name, *[""] * (len(_HEADER) - 2), f"failed: {escape_short(one.result.reason, _NOTE)}"]
    strategy = report.strategy if one.uses_plugin else ""
    numbers = [counts.safe, counts.unsafe, counts.by_hand, len(one.result.files), *size(one.result.files)]
    return [name, escape(one.versions), escape(strategy), *map(str, numbers), _note(one)]


def _note(one: Project) -> str:
    failed = [f"{plural(len(one.report.failures), 'file')} not processed"] if one.report.failures else []
    return escape_short("; ".join([*failed, *one.report.notes]), _NOTE)


def _aligned(row: Sequence[str], widths: Iterable[int]) -> str:
    cells = []
    for column, (text, room) in enumerate(zip(row, widths, strict=True)):
        space = " " * (room - width(text))
        cells.append(space + text if column in _NUMBERS else text + space)
    return "  ".join(cells).rstrip()
