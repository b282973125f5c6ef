"""``loopmend migrate``: the one command that repairs a suite."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from codemod.cli.diff import AsJson, preview
from codemod.cli.options import Selection
from codemod.cli.run import Project, analyse_all, analyse_one, combined, count, load_all, outcome, source, unsafe
from codemod.cli.running import Running
from codemod.cli.verb import verb
from codemod.errors import ExitCode, LoopmendError, UsageError
from codemod.model import Finding, ProjectReport, Report
from codemod.report.tally import remaining

if TYPE_CHECKING:
    from codemod.cli.console import Console


@verb(Selection, Running)
def migrate(
    console: Console,
    selection: Selection,
    running: Running,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the patch, as loopmend diff does.")] = False,
    allow_dirty: Annotated[bool, typer.Option("--allow-dirty", help="Write over uncommitted changes.")] = False,
    allow_no_vcs: Annotated[bool, typer.Option("--allow-no-vcs", help="Write where there is no git.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Run the suite before and after; write what holds.")] = False,
) -> ExitCode:
    """Repair the suite: write every safe change."""
    if verify:
        return _verified(console, selection, running, dry_run, allow_dirty, allow_no_vcs)
    if running.given:
        raise UsageError(f"{', '.join(running.given)}: only where the suite is run, with --verify or loopmend verify")
    projects = analyse_all(selection, console)
    if dry_run:
        return preview(console, projects)
    _guard(projects, allow_dirty, allow_no_vcs)
    wrote = [_apply(console, project) for project in projects]
    return _conclude(console, projects, any(wrote))


def _verified(
    console: Console, selection: Selection, running: Running, dry_run: bool, allow_dirty: bool, allow_no_vcs: bool
) -> ExitCode:
    """Verify first, then write (or print) what held; what the runs showed is told in any case."""
    from codemod.cli.verify import code, show, text, verify_all, write
    from codemod.report.evidence_json import plain
    from codemod.source.vcs import guard

    for folder, _ in () if dry_run else load_all(selection, runs=True):
        guard(folder, (), allow_dirty, allow_no_vcs)  # before minutes of tests, not after them
    verified = verify_all(console, selection, running)
    projects, evidence = tuple(project for project, _ in verified), plain(one for _, one in verified)
    try:
        if dry_run:
            ended = preview(console, projects, evidence)
        else:
            _guard(projects, allow_dirty, allow_no_vcs)
            wrote = [_apply(console, project) for project in projects]
            ended = _conclude(console, projects, any(wrote), evidence)
    except LoopmendError:
        show(console, verified, running)
        raise
    if not console.screen.json:
        # A patch is for git alone.
        (console.say if dry_run else console.out)(text(console, verified))
    write(running, verified)
    return max(code(verified), ended)


def _guard(projects: tuple[Project, ...], allow_dirty: bool, allow_no_vcs: bool) -> None:
    # All projects before the first write: one write would make the tree dirty for the next project.
    from codemod.source.vcs import guard

    for project in projects:
        if project.report.changes:
            guard(project.folder, tuple(change.path for change in project.report.changes), allow_dirty, allow_no_vcs)


def _apply(console: Console, project: Project) -> bool:
    if not project.report.changes:
        return False
    from codemod.report.changes import render_changes
    from codemod.source.write import apply

    apply(project.folder, project.report.changes)
    if not console.screen.json:
        console.out(render_changes(Report((project.report,)), count, console.color))
    return True


def _conclude(console: Console, projects: tuple[Project, ...], wrote: bool, evidence: AsJson = ()) -> ExitCode:
    before = combined(projects)
    if console.screen.json:
        from codemod.report.json import render

        console.out(render(before, count, evidence))
    else:
        _show(console, projects)
    if wrote:
        from codemod.report.summary import command

        console.say(f"Undo with: {command('undo', before)}")
    return outcome(before, wrote=True)


def _show(console: Console, projects: tuple[Project, ...]) -> None:
    from codemod.report.changes import render_mended
    from codemod.report.text import render_check

    screen = console.screen
    if not screen.quiet:
        console.out(render_mended(combined(projects)))
    after = combined(tuple(_left(console, project) for project in projects))
    style = {"verbose": screen.verbose, "quiet": screen.quiet, "unsafe": unsafe(projects)}
    console.out(render_check(after, source, console.color, **style))


def _left(console: Console, project: Project) -> Project:
    """Return the project as it is now; it is read again where findings are left, for their lines may have moved."""
    report = project.report
    if not report.changes:
        return project
    if remaining(report):
        with console.progress() as progress:
            report = analyse_one(project.folder, project.settings, progress, project.withdrawn).report
    else:
        report = replace(report, findings=(), remedies=(), changes=())
    # The strategy was told by check; of the mended suite it says nothing.
    return replace(project, report=replace(report, findings=_with_pins(project, report), strategy="", alternatives=()))


def _with_pins(project: Project, after: ProjectReport) -> tuple[Finding, ...]:
    """Return what is left, with the requirements a person has to see to: of a suite on its target none is said."""
    known = {finding.id for finding in after.findings}
    pins = (f for f in remaining(project.report) if f.code.startswith("LM5") and f.id not in known)
    return tuple(sorted((*after.findings, *pins), key=lambda finding: finding.location))
