"""The body of a pull request for a shard: what, why, what the tests said, what is left, how to undo it.

It is read on a forge, by people who did not ask for it, and must fit there; see report/gfm.py for how the text of a
repository is kept harmless.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, TypeVar

from codemod import __version__
from codemod.batch.outputs.message import titles_of
from codemod.batch.outputs.words import MINUS
from codemod.report.gfm import bounded_table, code, fitting, joined, prose
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from codemod.batch.outputs.view import Batch, Left, Project
    from codemod.batch.records import FilePatch
    from codemod.batch.shards import Shard

_Item = TypeVar("_Item")

MOST_BYTES = 60_000
"""GitHub refuses a body of more than 65,536 characters."""

_EVIDENCE = 30_000
"""Bytes for the evidence of all projects of a shard."""

_RULES = 15
"""Rules of which the reason is given in any case."""

_SENTENCE = 400
_ABOUT = 3
_HEAD = 2
"""Blocks of an evidence that are always shown: its title and its verdict."""


def pull_request(batch: Batch, shard: Shard) -> str:
    """Return the body as Markdown of at most ``MOST_BYTES`` bytes that ends in a newline."""
    return fitting(lambda most: joined(_blocks(batch, shard, most)), MOST_BYTES)


def _blocks(batch: Batch, shard: Shard, most: int) -> Iterator[str]:
    projects = batch.of(shard)
    yield "### What"
    yield _what(batch, shard, most)
    yield "### Why"
    yield _items([*batch.weights(shard).items()], lambda row: _reason(batch, *row), max(most, _RULES))
    yield "### Files"
    yield bounded_table(["file", "+", MINUS, "rules"], shard.files, _file, most, numbers=(1, 2))
    yield "### Projects"
    yield bounded_table(["project", "pytest-asyncio", "said by", "strategy"], projects, _project, most)
    yield from _evidence(batch, shard, most)
    yield from _left(projects, most)
    yield from _moved_along(batch, shard)
    yield from _notes(projects, most)
    yield "### Undo"
    yield (
        "Nothing but these files is changed. Close this pull request, or `git revert` its commit; where the patch was"
        f" applied by hand, {code(f'git apply -R {shard.slug}.patch')} takes it back."
    )
    yield f"Made by loopmend {__version__}, which reads the tests without running them."


def _what(batch: Batch, shard: Shard, most: int) -> str:
    titles = titles_of((mend.title, len(mend.findings)) for _, mend in batch.mends(shard))
    return _items(titles, lambda title: f"{prose(title[0].upper() + title[1:])}.", most)


def _reason(batch: Batch, rule: str, findings: int) -> str:
    text = batch.rules.get(rule)
    found = f" ({plural(findings, 'finding')})" if findings else ""
    return f"{code(rule)}{found}" + (f": {text.summary}. {text.why}" if text else "")


def _items(found: Sequence[_Item], shown: Callable[[_Item], str], most: int) -> str:
    more = [f"- … and {len(found) - most} more"] if len(found) > most else []
    return "\n".join([*(f"- {shown(item)}" for item in found[:most]), *more])


def _file(file: FilePatch) -> list[str]:
    return [code(file.path), str(file.added), str(file.removed), " ".join(map(code, file.rules))]


def _project(one: Project) -> list[str]:
    report = one.report
    versions = " → ".join(code(version) for version in dict.fromkeys((report.version, report.target)))
    path, colon, line = report.version_origin.rpartition(":")
    said_by = f"{one.path(path)}:{line}" if colon and line.isdigit() else report.version_origin
    return [code(one.name), versions, code(said_by), code(report.strategy)]


# --- the tests -------------------------------------------------------------------------------------------------------


def _evidence(batch: Batch, shard: Shard, most: int) -> Iterator[str]:
    projects = batch.of(shard)
    proven = [one for one in projects if one.result.evidence_markdown]
    silent = [one for one in projects if not one.result.evidence_markdown]
    shown = proven[:most]
    if proven:
        paths = {file.path for file in shard.files}
        if any(file.path not in paths for one in proven for file in one.result.files):
            yield "The tests ran with all changes to a project, of which this patch is a part."
    for one in shown:
        if len(projects) > 1:
            yield f"**{code(one.name)}**"
        yield _shortened(batch, one, _EVIDENCE // len(shown))
    if len(proven) > most:
        yield f"… and evidence from {plural(len(proven) - most, 'more project')}."
    if silent:
        yield "### Tests"
        yield "The tests were not run. To run them before and after these changes, in throw-away copies:"
        yield _items(silent, lambda one: code(_verify(batch, one)), most)


def _shortened(batch: Batch, one: Project, room: int) -> str:
    """Return as many blocks of an evidence as have room; none of them is folded, so each can be the last."""
    text = one.result.evidence_markdown.strip()
    if len(text.encode()) <= room:
        return text
    blocks = text.split("\n\n")
    shown = _HEAD
    while shown < len(blocks) and not blocks[shown].startswith("<details>"):
        if len("\n\n".join(blocks[: shown + 1]).encode()) > room:
            break
        shown += 1
    return "\n\n".join([*blocks[:shown], f"The rest is too long; {code(_verify(batch, one))} shows it."])


def _verify(batch: Batch, one: Project) -> str:
    return shlex.join(["loopmend", "verify", *batch.repeat, one.result.folder or "."])


# --- what is left ----------------------------------------------------------------------------------------------------


def _left(projects: Sequence[Project], most: int) -> Iterator[str]:
    found = [(one, each) for one in projects for each in one.left if not each.by]
    if found:
        yield "### Left to do"
        yield bounded_table(["place", "rule", "", "finding", "what to do"], found, _left_cells, most)
    failed = [(one.path(each.path), each.reason) for one in projects for each in one.report.failures]
    if failed:
        yield f"### {plural(len(failed), 'file')} not processed"
        yield bounded_table(["file", "reason"], failed, lambda row: [code(row[0]), prose(row[1], _SENTENCE)], most)


def _left_cells(row: tuple[Project, Left]) -> list[str]:
    one, each = row
    place = each.finding.location
    where = code(f"{one.path(place.path)}:{place.line}")
    says = prose(each.finding.message, _SENTENCE)
    return [where, code(each.finding.code), prose(each.state), says, prose(each.todo, _SENTENCE)]


def _moved_along(batch: Batch, shard: Shard) -> Iterator[str]:
    """Yield which projects get another version with this patch although it changes nothing in them."""
    others = [
        one
        for one in batch.projects
        if one.name not in shard.projects and any(each.by in shard.projects for each in one.left)
    ]
    if others:
        yield "### Affected as well"
        yield (
            f"The requirements that are raised here are also those of {_names(others)}, where nothing is changed: run"
            " the tests there, too."
        )


def _notes(projects: Sequence[Project], most: int) -> Iterator[str]:
    """Yield what is to be known, each once; of several projects, with the name of the one that it is about."""
    found: dict[str, list[Project]] = {}
    for one in projects:
        for note in one.report.notes:
            found.setdefault(note, []).append(one)
    if found:
        yield "### To know"
        yield _items([*found.items()], lambda row: _about(row[1], projects) + prose(row[0], _SENTENCE), most)


def _about(some: Sequence[Project], projects: Sequence[Project]) -> str:
    if len(some) == len(projects):
        return ""
    return f"{_names(some)}: "


def _names(projects: Sequence[Project]) -> str:
    more = f" and {len(projects) - _ABOUT} more" if len(projects) > _ABOUT else ""
    return f"{', '.join(code(one.name) for one in projects[:_ABOUT])}{more}"
