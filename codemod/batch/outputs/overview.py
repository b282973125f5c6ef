"""The batch for the person who leads the migration, as Markdown: where it stands, what is left, what failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from codemod.batch.outputs import figures
from codemod.batch.outputs.view import size
from codemod.batch.outputs.words import MINUS, lines, weighed
from codemod.batch.records import Status
from codemod.report.gfm import bounded_table, code, joined, prose
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.batch.outputs.view import Batch, Failure
    from codemod.batch.shards import Shard

    _Place = tuple[str, str, int, str]
    """Checkout, path from its top, line, and rule."""

_ROWS = 100
_BIGGEST = 20
_REASON = 400
_MEANING = {
    Status.CHANGED: "has a patch",
    Status.CLEAN: "nothing to do",
    Status.FINDINGS: "no patch, but findings for a person",
    Status.FAILED: "not known: see below",
}


def summary_md(batch: Batch) -> str:
    """Return the summary as Markdown that ends in a newline; long lists are cut, the tables beside it are not."""
    return joined(_blocks(batch))


def _blocks(batch: Batch) -> Iterator[str]:
    found = figures.figures(batch)
    yield "# loopmend batch"
    yield _counts(found)
    yield bounded_table(["status", "projects", ""], list(batch.status.items()), _status, _ROWS, numbers=(1,))
    if found["versions"]:
        yield "## pytest-asyncio"
        yield bounded_table(["from", "to", "projects"], found["versions"], _move, _ROWS, numbers=(2,))
    if found["rules"]:
        yield "## Rules"
        header = ["rule", "", "projects", "findings", "answered", "left"]
        rules = sorted(found["rules"], key=lambda rule: (-rule["projects"], rule["code"]))
        yield bounded_table(header, rules, lambda rule: _rule(batch, rule), _ROWS, numbers=(2, 3, 4, 5))
    yield from _left(batch)
    yield from _shared(batch)
    yield from _failures(batch)
    yield from _biggest(batch)
    yield (
        "`projects.csv`, `findings.csv`, `edits.csv` and `failures.csv` have every line, `results.json` the same for"
        " programs, and `patches/` what to apply, with a commit message and the text of a pull request each."
    )


def _counts(found: dict[str, Any]) -> str:
    findings, changed, read = found["findings"], found["changed"], found["read"]
    return (
        f"{plural(found['projects'], 'project')}, {plural(read['files'], 'file')} with"
        f" {plural(read['tests'], 'test')} and {plural(read['fixtures'], 'fixture')} read."
        f" {plural(findings['found'], 'finding')}: {findings['applied']} answered by the patches,"
        f" {findings['found'] - findings['applied']} left."
        f" {plural(changed['files'], 'file')} changed, {lines(changed['added'], changed['removed'])}."
    )


def _status(row: tuple[Status, int]) -> list[str]:
    return [row[0].value, str(row[1]), _MEANING[row[0]]]


def _move(row: dict[str, Any]) -> list[str]:
    return [code(row["from"]), code(row["to"]), str(row["projects"])]


def _rule(batch: Batch, row: dict[str, Any]) -> list[str]:
    text = batch.rules.get(row["code"])
    numbers = [str(row[name]) for name in ("projects", "findings", "applied", "left")]
    return [code(row["code"]), text.summary if text else "", *numbers]


def _left(batch: Batch) -> Iterator[str]:
    counts = Counter((one.name, each.finding.code, each.state) for one in batch.projects for each in one.left)
    if counts:
        rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        yield "## Left to do"
        yield bounded_table(["project", "rule", "what it takes", "findings"], rows, _left_cells, _ROWS, numbers=(3,))


def _left_cells(row: tuple[tuple[str, str, str], int]) -> list[str]:
    (project, rule, state), number = row
    return [code(project), code(rule), prose(state), str(number)]


def _shared(batch: Batch) -> Iterator[str]:
    """Yield what several projects wait for at one place, such as a requirement at the top: done once, for all."""
    found: dict[_Place, list[str]] = {}
    for one in batch.projects:
        for each in one.left:
            if not each.by:
                found.setdefault((*one.place(each.finding), each.finding.code), []).append(each.todo)
    rows = sorted(((place, todos) for place, todos in found.items() if len(todos) > 1), key=lambda row: row[0])
    if rows:
        yield "## Left to do once for several projects"
        yield bounded_table(
            ["checkout", "place", "rule", "projects", "what to do"], rows, _shared_cells, _ROWS, numbers=(3,)
        )


def _shared_cells(row: tuple[_Place, list[str]]) -> list[str]:
    (checkout, path, line, rule), todos = row
    return [code(checkout), code(f"{path}:{line}"), code(rule), str(len(todos)), prose(todos[0], _REASON)]


def _failures(batch: Batch) -> Iterator[str]:
    if found := batch.failures:
        yield "## Failed"
        yield bounded_table(["project", "file", "reason", "to try again"], found, _failure, _ROWS)


def _failure(row: Failure) -> list[str]:
    return [code(row.project), code(row.file), prose(row.reason, _REASON), code(row.retry)]


def _biggest(batch: Batch) -> Iterator[str]:
    if batch.shards:
        found = sorted(batch.shards, key=lambda shard: (-sum(size(shard.files)), shard.slug))
        title = "Patches" if len(found) <= _BIGGEST else "Biggest patches"
        header = ["patch", "projects", "files", "+", MINUS, "rules", "owners", "tests"]
        yield f"## {title}"
        yield bounded_table(header, found, lambda shard: _shard(batch, shard), _BIGGEST, numbers=(1, 2, 3, 4))


def _shard(batch: Batch, shard: Shard) -> list[str]:
    numbers = [str(number) for number in (len(shard.projects), len(shard.files), *size(shard.files))]
    owners = " ".join(map(code, shard.owners))
    return [code(f"patches/{shard.slug}.patch"), *numbers, weighed(batch, shard), owners, batch.verified(shard)]
