"""``loopmend batch``: many projects at once, as patches to review; what the verbs do is in codemod/batch."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from codemod.cli.choices import one_of
from codemod.cli.options import Selection
from codemod.cli.run import BEST_ALONE, check_names
from codemod.cli.running import PassingOn, Running
from codemod.cli.verb import verb
from codemod.errors import ExitCode, UsageError
from codemod.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from codemod.batch.conduct import Machinery
    from codemod.batch.discover import Discovery
    from codemod.batch.journal import Journal, Order
    from codemod.batch.outputs.view import Batch, RuleText
    from codemod.batch.records import Result
    from codemod.cli.console import Console

app = typer.Typer(
    help="Many projects at once: patches to review, per project or owner; nothing is written into the checkouts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Words = list[str] | None
_MEGABYTE = 1 << 20
_LONG = 7200.0
"""Seconds for a project whose suite is run, up to a dozen times."""
PER = ("project", "owner", "rule", "file")


@dataclass(frozen=True, slots=True)
class Roots(Selection):
    """Which checkouts to read, and how."""

    paths: Annotated[
        Words, Argument(metavar="ROOT", help="Checkouts, folders in them, or folders of checkouts. [default: .]")
    ] = None


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the projects found; raises UsageError for a number that is none."""

    include: Annotated[Words, Option(metavar="GLOB", help="Only projects whose name matches; repeatable.")] = None
    exclude: Annotated[Words, Option(metavar="GLOB", help="Not projects whose name matches; repeatable.")] = None
    list_: Annotated[
        str | None, Option("--list", metavar="FILE", help="Folders of projects, one per line; - is standard input.")
    ] = None


@dataclass(frozen=True, slots=True)
class Means:
    """What the work is done with; raises UsageError for a limit that is none."""

    jobs: Annotated[int | None, Option(metavar="N", help="Processes at work. [default: one per core]")] = None
    executor: Annotated[str, Option(metavar="SPEC", help="dask=ADDRESS: the workers of that cluster.")] = ""
    ship: Annotated[bool, Option("--ship", help="Send the files along: workers do not see this file system.")] = False
    project_timeout: Annotated[
        float | None, Option(metavar="SECONDS", help="Limit of one project. [default: 900, with --verify 7200]")
    ] = None
    memory: Annotated[int, Option(metavar="MB", help="Limit of one worker.")] = 2048
    cache: Annotated[str | None, Option(metavar="FOLDER", help="Where known results are kept.")] = None
    no_cache: Annotated[bool, Option("--no-cache", help="Analyse also what did not change.")] = False

    def __post_init__(self) -> None:
        limits = {"--jobs": self.jobs, "--project-timeout": self.project_timeout, "--memory": self.memory}
        for name, value in limits.items():
            if value is not None and not value > 0:
                raise UsageError(f"{name} must be more than 0")

    def machinery(self, verify: bool) -> Machinery:
        """Return it as the work takes it, with the limits of runs of the suites where they are asked for."""
        from codemod.batch.conduct import Machinery
        from codemod.batch.workers import Limits

        seconds = self.project_timeout or (_LONG if verify else Limits().seconds)
        jobs, limits = self.jobs or os.cpu_count() or 1, Limits(seconds, self.memory * _MEGABYTE)
        cache = Path(self.cache) if self.cache else None
        return Machinery(jobs, limits, self.executor, self.ship, cache, not self.no_cache)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the results are cut into patches, and whether they become branches; raises UsageError."""

    per: Annotated[str, Option(help="project, owner (from CODEOWNERS), rule or file.")] = "project"
    commit: Annotated[bool, Option("--commit", help="Also commit each patch on a branch loopmend/…; no push.")] = False

    def __post_init__(self) -> None:
        one_of("--per", self.per, PER)


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether the suites are run; raises UsageError where that was not allowed in so many words."""

    verify: Annotated[bool, Option("--verify", help="Run every suite before and after; needs --allow-exec.")] = False
    allow_exec: Annotated[bool, Option("--allow-exec", help="Execute the projects' own code on this machine.")] = False

    def __post_init__(self) -> None:
        if self.verify and not self.allow_exec:
            raise UsageError("--verify executes the code of every project: --allow-exec says that it may")


# --- verbs -----------------------------------------------------------------------------------------------------------


@verb(Roots, Which, Means)
def plan(console: Console, roots: Roots, which: Which, means: Means) -> ExitCode:
    """Show the projects and what would change; write nothing.

    A line for each: version, strategy, findings and the size of its edits.
    """
    from codemod.batch import conduct
    from codemod.batch.outputs.figures import results_json
    from codemod.batch.outputs.text import render_plan

    order = _order(roots, which)
    found = _found(console, order)
    results: dict[str, Result] = {}
    _work(console, order, found, {}, means, lambda result: results.update({result.project: result}))
    ordered = conduct.current(found, results)
    seen = conduct.see(order, ordered, conduct.shards_of(found, ordered, "project"), _rules(), "FOLDER")
    console.out(results_json(seen) if console.screen.json else render_plan(seen, console.color))
    return _code(ordered)


@verb(Roots, Which, Means, Cutting, Trial, Running)
def run(
    console: Console,
    roots: Roots,
    which: Which,
    means: Means,
    cutting: Cutting,
    trial: Trial,
    running: Running,
    out: Annotated[str, Option(metavar="FOLDER", help="For state and outputs.")] = "loopmend-batch",
    resume: Annotated[bool, Option("--resume", help="Go on with the batch in --out.")] = False,
) -> ExitCode:
    """Analyse all projects; write patches, messages and a summary.

    Nothing is written into the checkouts.
    """
    from codemod.batch.journal import Journal

    if resume:
        if roots.paths or which.list_:
            raise UsageError("--resume goes on with the roots of before: leave out ROOT and --list")
        journal, order = Journal.open(Path(out))
        found = _found(console, order)
    else:
        if running.given and not trial.verify:
            raise UsageError(f"{', '.join(running.given)}: only where suites are run, with --verify --allow-exec")
        if running.evidence:
            raise UsageError("--evidence: leave it out, a batch writes the evidence into the pull-request bodies")
        order = _order(roots, which, trial, running)
        # Before the folder is made: it would be in the way of the command that is right.
        found = _found(console, order)
        journal = Journal.create(Path(out), order)
    return _go_on(console, journal, order, found, means, cutting)


@verb(Means, Cutting)
def retry(
    console: Console,
    means: Means,
    cutting: Cutting,
    folder: Annotated[str, Argument(metavar="FOLDER", help="That of the batch.")],
    projects: Annotated[Words, Argument(metavar="PROJECT", help="Only these. [default: all that failed]")] = None,
    failed: Annotated[bool, Option("--failed", help="All that failed: the default, said in so many words.")] = False,
) -> ExitCode:
    """Try again what failed, or the projects that are named."""
    from codemod.batch.journal import Journal
    from codemod.batch.records import Status

    if projects and failed:
        raise UsageError("--failed is for all of them: leave out the names, or the option")
    journal, order = Journal.open(Path(folder))
    known, found = journal.results(), _found(console, order)
    names = {*known, *(project.name for project in found.projects)}
    for name in projects or ():
        if name not in names:
            raise UsageError(
                f"{folder} has no project {name!r}: loopmend batch status {shlex.quote(folder)} lists what there is"
            )
    again = {*(projects or (name for name, result in known.items() if result.status is Status.FAILED))}
    # What was right the last time would come from the cache again.
    return _go_on(console, journal, order, found, replace(means, no_cache=True), cutting, again)


@verb()
def status(console: Console, folder: Annotated[str, Argument(metavar="FOLDER", help="That of the batch.")]) -> ExitCode:
    """Show how far a batch is, and what it has found up to now."""
    from codemod.batch import conduct
    from codemod.batch.journal import Journal
    from codemod.batch.outputs.figures import results_json
    from codemod.batch.outputs.text import render_summary

    journal, order = Journal.open(Path(folder))
    found = _found(console, order)
    results = conduct.current(found, journal.results())
    seen = conduct.see(order, results, conduct.shards_of(found, results, "project"), _rules(), folder)
    pending = len(found.projects) + len(found.failures) - len(results)
    console.out(results_json(seen) if console.screen.json else render_summary(seen, console.color, pending=pending))
    _tell_pending(console, pending, folder)
    return _code(results)


@verb(Cutting)
def export(
    console: Console, cutting: Cutting, folder: Annotated[str, Argument(metavar="FOLDER", help="That of the batch.")]
) -> ExitCode:
    """Write the outputs anew, cut in another way or on branches."""
    from codemod.batch.journal import Journal

    journal, order = Journal.open(Path(folder))
    with journal:
        return _export(console, journal, order, _found(console, order), cutting)


for _verb in (plan, status, export, retry):
    app.command()(_verb)
app.command(cls=PassingOn)(run)


# --- what they have in common ----------------------------------------------------------------------------------------


def _order(roots: Roots, which: Which, trial: Trial | None = None, running: Running | None = None) -> Order:
    """Return what is asked for; raises UsageError or ConfigError for what cannot be."""
    from codemod.batch.discover import read_list
    from codemod.batch.journal import Order
    from codemod.project.settings import load

    check_names(roots)
    if roots.best and not (trial and trial.verify):
        raise UsageError("--strategy best runs the suites: use it with --verify --allow-exec")
    if roots.best and roots.remedy is not None:
        raise UsageError(BEST_ALONE)
    try:
        listed = read_list(which.list_, sys.stdin.buffer) if which.list_ else ()
    except OSError as error:
        raise UsageError(f"--list {which.list_}: {error.strerror}") from error
    overrides = roots.overrides()
    load(Path(), overrides, isolated=True)  # a wrong value is an error now, not one of each project
    if isinstance(python := overrides.get("python"), str):
        overrides["python"] = os.path.abspath(python)  # noqa: PTH100 - links are kept
    return Order(
        roots=tuple(os.path.abspath(root) for root in roots.paths or ([] if listed else ["."])),  # noqa: PTH100
        listed=tuple(os.path.abspath(folder) for folder in listed),  # noqa: PTH100
        include=tuple(which.include or ()),
        exclude=tuple(which.exclude or ()),
        overrides=overrides,
        isolated=roots.isolated,
        repeat=roots.repeat(),
        verify=bool(trial and trial.verify),
        running=asdict(running.options(roots.best)) if trial and trial.verify and running else {},
    )


def _found(console: Console, order: Order) -> Discovery:
    from codemod.batch.conduct import find

    found = find(order)
    for note in found.notes:
        console.say(escape(note))
    if not found.projects and not found.failures:
        raise UsageError(f"no project in {', '.join((*order.roots, *order.listed))}: give the folder of a checkout")
    return found


def _work(
    console: Console,
    order: Order,
    found: Discovery,
    known: Mapping[str, Result],
    means: Means,
    keep: Callable[[Result], None],
) -> None:
    from codemod.batch.conduct import work

    if order.verify:
        console.warn("This executes the projects' own code (tests, conftest.py files, plugins), in throw-away copies.")
    with console.progress() as progress:
        work(order, found, known, means.machinery(order.verify), keep, progress)


def _go_on(
    console: Console,
    journal: Journal,
    order: Order,
    found: Discovery,
    means: Means,
    cutting: Cutting,
    again: Collection[str] | None = None,
) -> ExitCode:
    """Bring the batch to its end, or only the projects ``again`` once more, and write its outputs."""
    with journal:
        known, todo = journal.results(), found
        if again is not None:
            known = {name: result for name, result in known.items() if name not in again}
            todo = replace(found, projects=tuple(project for project in found.projects if project.name in again))
        try:
            _work(console, order, todo, known, means, journal.append)
        except KeyboardInterrupt:
            console.warn(f"stopped; go on with: loopmend batch run --resume --out {shlex.quote(str(journal.folder))}")
            raise
        return _export(console, journal, order, found, cutting)


def _export(console: Console, journal: Journal, order: Order, found: Discovery, cutting: Cutting) -> ExitCode:
    from codemod.batch import conduct
    from codemod.batch.outputs.figures import results_json
    from codemod.batch.outputs.text import render_summary

    results, folder = conduct.current(found, journal.results()), str(journal.folder)
    shards = conduct.shards_of(found, results, cutting.per)
    seen = conduct.see(order, results, shards, _rules(), folder)
    pending = len(found.projects) + len(found.failures) - len(results)
    conduct.write(journal.folder, order, results, shards, _rules())
    console.out(results_json(seen) if console.screen.json else render_summary(seen, console.color, pending=pending))
    all_made = not cutting.commit or _commit(console, found, seen)
    console.say(
        f"Written to {escape(folder)}: summary.md first; git apply patches/NAME.patch at the top of a checkout."
    )
    _tell_pending(console, pending, folder)
    return _code(results) if all_made else ExitCode.BATCH_PARTIAL


def _tell_pending(console: Console, pending: int, folder: str) -> None:
    if pending:
        console.say(f"Go on with: loopmend batch run --resume --out {shlex.quote(folder)}")


def _commit(console: Console, found: Discovery, seen: Batch) -> bool:
    """Commit every patch, and tell whether none failed."""
    from codemod.batch.commit import Ended, commit
    from codemod.batch.names import checkout_name
    from codemod.batch.outputs.message import commit_message
    from codemod.batch.outputs.text import render_commits

    checkouts = {checkout_name(one.name, one.folder): Path(one.checkout) for one in found.projects}
    messages = {shard.slug: commit_message(seen, shard) for shard in seen.shards}
    made = commit(seen.shards, checkouts, messages)
    console.say(render_commits(made, False))
    return all(each.ended is not Ended.FAILED for each in made)


def _rules() -> dict[str, RuleText]:
    from codemod.batch.outputs.view import RuleText
    from codemod.rules import RULES

    return {rule.code: RuleText(rule.summary, rule.why) for rule in RULES}


def _code(results: Iterable[Result]) -> ExitCode:
    """Return the exit code: one failed project counts most (DESIGN law 9)."""
    from codemod.batch.records import Status

    found = {result.status for result in results}
    if Status.FAILED in found:
        return ExitCode.BATCH_PARTIAL
    return ExitCode.FINDINGS if found & {Status.CHANGED, Status.FINDINGS} else ExitCode.DONE
