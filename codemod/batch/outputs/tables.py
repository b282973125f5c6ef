"""Tables for spreadsheets and data frames: RFC 4180, UTF-8, one header line, lines sorted.

Text of a repository is kept from doing harm where a table is opened. Controls, bidi and invisible characters are
escaped (report/escape.py). A cell that a spreadsheet program would take for a formula, because it begins with ``=``,
``+``, ``-`` or ``@`` (also as a wide character, also after spaces), gets an apostrophe in front; so does one that
begins with an apostrophe, so that a program gets every cell back by taking one away.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING

from codemod.batch.outputs.view import size
from codemod.report.escape import escape_short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.batch.outputs.view import Batch, Project

_LONGEST = 32_000
"""Characters of one cell; spreadsheet programs keep no more than 32,767."""

_ACTIVE = ("=", "+", "-", "@", "'")
_PROJECTS = (
    *("project", "checkout", "folder", "status", "version", "version_origin", "target", "strategy"),
    *("findings", "safe", "unsafe", "by_hand", "applied", "left", "files_read", "fixtures", "tests"),
    *("files_changed", "lines_added", "lines_removed", "shards", "verdict", "files_failed", "reason"),
)
_FINDINGS = ("project", "rule", "path", "line", "column", "symbol", "state", "message", "todo", "shard", "id")
_EDITS = ("project", "path", "rules", "added", "removed", "shard")
_FAILURES = ("project", "file", "reason", "retry")


def projects(batch: Batch) -> bytes:
    """Return a line per project."""
    return _table(_PROJECTS, (_project(one, " ".join(batch.slugs(one))) for one in batch.projects))


def findings(batch: Batch) -> bytes:
    """Return a line per finding, with what became of it."""
    places = _Places(batch)
    return _table(_FINDINGS, (row for one in batch.projects for row in _findings(one, places)))


def edits(batch: Batch) -> bytes:
    """Return a line per project and file that is changed for it."""
    places = _Places(batch)
    rows = (
        (one.name, file.path, " ".join(file.rules), file.added, file.removed, places.shard(one, file.path))
        for one in batch.projects
        for file in one.result.files
    )
    return _table(_EDITS, rows)


def failures(batch: Batch) -> bytes:
    """Return a line per project and file that could not be processed."""
    return _table(_FAILURES, ((one.project, one.file, one.reason, one.retry) for one in batch.failures))


def cell(value: str | int) -> str:
    """Return a value as it stands in a table; see the head of this module."""
    text = escape_short(str(value), _LONGEST)
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if first in _ACTIVE else text


class _Places:
    """Which shard a changed file is in."""

    def __init__(self, batch: Batch) -> None:
        self._slugs = {(shard.checkout, file.path): shard.slug for shard in batch.shards for file in shard.files}

    def shard(self, project: Project, path: str) -> str:
        return self._slugs.get((project.checkout, path), "")

    def shards(self, project: Project, paths: Iterable[str]) -> str:
        return " ".join(sorted({self.shard(project, path) for path in paths} - {""}))


def _project(one: Project, slugs: str) -> Iterator[str | int]:
    report, counts, files = one.report, one.counts, one.result.files
    yield from (one.name, one.checkout, one.result.folder, one.result.status.value)
    yield from (report.version, report.version_origin, report.target, report.strategy)
    yield from (counts.findings, counts.safe, counts.unsafe, counts.by_hand)
    yield from (counts.applied, counts.findings - counts.applied)
    yield from (report.counts.files, report.counts.fixtures, report.counts.tests)
    yield from (len(files), *size(files))
    yield from (slugs, one.verdict)
    yield from (len(report.failures), one.result.reason)


def _findings(one: Project, places: _Places) -> Iterator[Iterable[str | int]]:
    left = {each.finding: each for each in one.left}
    for found in one.report.findings:
        place, stays = found.location, left.get(found)
        head = (one.name, found.code, one.path(place.path), place.line, place.column, found.symbol)
        if stays is not None:
            yield (*head, stays.state, found.message, stays.todo, "", found.id)
        else:
            paths = (path for mend in one.mends if found.id in mend.findings for path in mend.paths)
            yield (*head, "applied", found.message, "", places.shards(one, paths), found.id)


def _table(header: Iterable[str], rows: Iterable[Iterable[str | int]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(map(cell, row) for row in rows)
    return stream.getvalue().encode()
