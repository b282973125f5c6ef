"""``loopmend batch``: many projects at once, as patches to review; what the verbs do is in codemod/batch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from codemod.cli.choices import one_of
from codemod.cli.options import Selection
from codemod.cli.verb import verb
from codemod.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from codemod.cli.console import Console

app = typer.Typer(
    help="Migrate whole monorepos and fleets of checkouts: patches per project or owner, resumable, nothing written into them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Words = list[str] | None
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
class Machinery:
    """What the work is done with; raises UsageError for a limit that is none."""

    jobs: Annotated[int, Option(metavar="N", help="Processes at work. [default: one per core]")] = 0
    executor: Annotated[str, Option(metavar="SPEC", help="dask=ADDRESS: the workers of that cluster.")] = ""
    ship: Annotated[bool, Option("--ship", help="Send the files along: workers do not see this file system.")] = False
    project_timeout: Annotated[float, Option(metavar="SECONDS", help="Limit of one project.")] = 300
    memory: Annotated[int, Option(metavar="MB", help="Limit of one worker.")] = 2048
    cache: Annotated[str | None, Option(metavar="FOLDER", help="Where known results are kept. [default: user's]")] = None
    no_cache: Annotated[bool, Option("--no-cache", help="Analyse also what did not change.")] = False

    def __post_init__(self) -> None:
        for name, value in (("--jobs", self.jobs + 1), ("--project-timeout", self.project_timeout), ("--memory", self.memory)):
            if value <= 0:
                raise UsageError(f"{name} must be more than 0")

    @property
    def workers(self) -> int:
        """Return how many workers there are."""
        return self.jobs or os.cpu_count() or 1


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


@verb(Roots, Which, Machinery)
def plan(console: Console, roots: Roots, which: Which, machinery: Machinery) -> ExitCode:
    """Show the projects, their versions, strategies, findings and expected edits; write nothing."""
    order = _order(roots, which)
    found = _discovered(console, order)
    results = dict(found.failed)
    _work(console, order, found.projects, {}, machinery, lambda result: results.update({result.project: result}))
    batch = _viewed(list(results.values()), "project", order, "--out FOLDER")
    if console.screen.json:
        console.out(figures_json(batch))
    else:
        console.out(render_plan(batch, console.color))
    return _code(results.values())
