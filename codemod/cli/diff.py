"""``loopmend diff``: what migrate would write, as a patch that ``git apply`` takes where the command was run."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codemod.cli.choices import one_of
from codemod.cli.options import Selection
from codemod.cli.run import Project, analyse_all, combined, count, outcome, unsafe
from codemod.cli.verb import verb
from codemod.errors import ExitCode, UsageError
from codemod.report.escape import escape

if TYPE_CHECKING:
    from codemod.cli.console import Console
    from codemod.model import FileChange


STEPS = ("prepare", "bump")
AsJson = Sequence[dict[str, Any]]


@verb(Selection)
def diff(
    console: Console,
    selection: Selection,
    step: Annotated[str, typer.Option(help="With --keep-compat, of two patches: prepare, or bump, on top of it.")] = "",
) -> ExitCode:
    """Print the patch that migrate would apply; write nothing."""
    second = bool(step) and one_of("--step", step, STEPS) == "bump"
    projects = analyse_all(selection, console)
    if step and not any(project.settings.keep_compat for project in projects):
        raise UsageError("--step needs --keep-compat, which makes two patches where one will not do")
    return preview(console, tuple(_second(project) for project in projects) if second else projects)


def _second(project: Project) -> Project:
    """Return the project with the changes of its second patch as its changes."""
    return replace(project, report=replace(project.report, changes=project.report.later, later=()))


def preview(console: Console, projects: tuple[Project, ...], evidence: AsJson = ()) -> ExitCode:
    """Print the patch of analysed projects, the summary on standard error, and return the exit code.

    JSON is the report, with the ``evidence`` of runs of the suites where there is some.
    """
    from codemod.report.text import render_summary

    report = combined(projects)
    if console.screen.json:
        from codemod.report.json import render

        console.out(render(report, count, evidence))
    else:
        _patch(console, projects)
    console.say(render_summary(report, False, verbose=console.screen.verbose, unsafe=unsafe(projects)))
    return outcome(report)


def _patch(console: Console, projects: tuple[Project, ...]) -> None:
    from codemod.report.changes import render_patch, stat_line
    from codemod.source.diff import render, stat

    changes = [change for project in projects for change in _located(console, project, len(projects))]
    patch = render(changes, _git_prefix(projects))
    if console.shows:
        console.out(render_patch(patch, console.color))
    else:
        console.out_bytes(patch)
    if changes:
        console.say(stat_line(*stat(changes)))


def _git_prefix(projects: tuple[Project, ...]) -> str:
    """Return the way from the top of the repository to where the patch is applied: git reads names from the top."""
    from codemod.source.vcs import prefix

    here = Path.cwd()
    outside = len(projects) == 1 and not projects[0].folder.resolve().is_relative_to(here.resolve())
    return prefix(projects[0].folder if outside else here)


def _located(console: Console, project: Project, projects: int) -> list[FileChange]:
    """Return the changes with paths from the current folder, so that ``loopmend diff PATH | git apply`` works.

    A patch cannot reach out of the folder it is applied in: a project outside keeps paths from its own root, which is
    said, and raises UsageError beside another project.
    """
    folder, here = project.folder.resolve(), Path.cwd().resolve()
    if folder.is_relative_to(here):
        prefix = folder.relative_to(here).as_posix()
        return [
            replace(change, path=posixpath.normpath(f"{prefix}/{change.path}")) for change in project.report.changes
        ]
    if projects > 1:
        raise UsageError(
            f"{project.folder} is outside the current folder: one patch cannot hold it and another project"
        )
    if project.report.changes:
        console.say(f"Apply this patch in {escape(str(project.folder))}.")
    return list(project.report.changes)
