"""What a batch leaves for people and programs: the same bytes for the same results, in whatever order they came.

    patches/<slug>.patch         for git apply, from the top of the checkout, in any order
    patches/<slug>.commit.txt    for git commit -F
    patches/<slug>.md            the body of a pull request
    projects.csv findings.csv edits.csv failures.csv
    results.json                 all of it for programs (batch-schema.json)
    summary.md                   for the person who leads the migration

Nothing here depends on a clock, on an absolute path or on the order of results. Names of files come from
``Shard.slug`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.batch.outputs import tables
from codemod.batch.outputs.body import pull_request
from codemod.batch.outputs.figures import results_json
from codemod.batch.outputs.folder import PATCHES, bring
from codemod.batch.outputs.message import commit_message
from codemod.batch.outputs.overview import summary_md
from codemod.batch.outputs.view import view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from codemod.batch.outputs.view import Batch, RuleText
    from codemod.batch.records import Result
    from codemod.batch.shards import Shard


def export(
    folder: Path,
    results: Sequence[Result],
    shards: Sequence[Shard],
    rules: Mapping[str, RuleText],
    retry: Callable[[str], str],
    *,
    unsafe: bool = False,
    repeat: Sequence[str] = (),
) -> tuple[Path, ...]:
    """Write all outputs into ``folder``, remove what an earlier export left there, and return the files, sorted.

    ``rules`` are the texts of the rules by code, ``retry`` gives the command that tries a project again, ``unsafe``
    says that ``--unsafe`` was in force, and ``repeat`` are the options, as words, for a command with the same result.
    Raises ExportError where a file of another origin is in the way, FileError where the folder cannot be written.
    """
    return bring(folder, dict(documents(view(results, shards, rules, retry, unsafe, repeat))))


def documents(batch: Batch) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each output."""
    for shard in batch.shards:
        yield f"{PATCHES}/{shard.slug}.patch", b"".join(file.data for file in shard.files)
        yield f"{PATCHES}/{shard.slug}.commit.txt", commit_message(batch, shard).encode()
        yield f"{PATCHES}/{shard.slug}.md", pull_request(batch, shard).encode()
    yield "projects.csv", tables.projects(batch)
    yield "findings.csv", tables.findings(batch)
    yield "edits.csv", tables.edits(batch)
    yield "failures.csv", tables.failures(batch)
    yield "results.json", results_json(batch).encode()
    yield "summary.md", summary_md(batch).encode()
