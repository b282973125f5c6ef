"""``loopmend verify``: run the suite before and after what migrate would change, and say how it fared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.cli.options import Selection
from codemod.cli.run import Project, combined, load_all, unsafe
from codemod.cli.running import Running
from codemod.cli.verb import verb
from codemod.errors import ExitCode, FileError, LoopmendError
from codemod.evidence import Evidence
from codemod.model import StrategyName
from codemod.report.escape import escape
from codemod.report.tally import remaining

if TYPE_CHECKING:
    from codemod.cli.console import Console
    from codemod.project.settings import Settings

_WARNING = (
    "This executes the project's own code (its tests, conftest.py files and plugins), as you, in a throw-away copy."
)
Verified = tuple[Project, Evidence]


@verb(Selection, Running)
def verify(console: Console, selection: Selection, running: Running) -> ExitCode:
    """Run the suite before and after what migrate would change, in copies; write nothing into the project."""
    verified = verify_all(console, selection, running)
    show(console, verified, running)
    _say_what_next(console, tuple(project for project, _ in verified))
    return code(verified)


def _say_what_next(console: Console, projects: tuple[Project, ...]) -> None:
    from codemod.report.text import render_summary

    console.say(render_summary(combined(projects), False, verbose=console.screen.verbose, unsafe=unsafe(projects)))


def verify_all(console: Console, selection: Selection, running: Running) -> tuple[Verified, ...]:
    """Verify each project in path order; its report has the changes that may be applied, none where they may not.

    Raises LoopmendError where one cannot be, after showing what is known of those before it.
    """
    loaded = load_all(selection, runs=True)
    console.warn(_WARNING)
    found: list[Verified] = []
    try:
        for each in loaded:
            found.append(_verify_one(console, selection, running, *each))
    except LoopmendError:
        if found:
            show(console, tuple(found), running)
        raise
    return tuple(found)


def _verify_one(console: Console, selection: Selection, running: Running, folder: Path, settings: Settings) -> Verified:
    from codemod.verify import verify as verify_project

    with console.progress() as progress:

        def say(text: str) -> None:
            progress.clear()
            console.say(escape(text))

        found = verify_project(folder, settings, running.options(selection.best), say, progress)
    evidence = replace(found.evidence, root=folder.as_posix())
    report = replace(found.report, root=folder.as_posix())
    if selection.best and evidence.strategy:
        settings = replace(settings, strategy=StrategyName(evidence.strategy))
        selection = replace(selection, strategy=evidence.strategy)
    return Project(folder, settings, report, selection.repeat(), found.withdrawn), evidence


def code(verified: tuple[Verified, ...]) -> ExitCode:
    """Return the exit code: a verification that failed counts most, then files left out, then what is left to do."""
    if any(not evidence.verdict.holds or evidence.rolled_back for _, evidence in verified):
        return ExitCode.VERIFICATION_FAILED
    if any(project.report.failures for project, _ in verified):
        return ExitCode.FILES_FAILED
    return ExitCode.FINDINGS if any(remaining(project.report) for project, _ in verified) else ExitCode.DONE


def show(console: Console, verified: tuple[Verified, ...], running: Running) -> None:
    """Print the evidence as text or JSON, and write it to the files that were asked for."""
    found = tuple(evidence for _, evidence in verified)
    console.out(_as_json(found) if console.screen.json else text(console, verified))
    write(running, verified)


def text(console: Console, verified: tuple[Verified, ...]) -> str:
    """Return the evidence as it is shown to a person."""
    from codemod.report.evidence_text import render_evidence

    found = tuple(evidence for _, evidence in verified)
    return render_evidence(found, console.color, verbose=console.screen.verbose, quiet=console.screen.quiet)


def write(running: Running, verified: tuple[Verified, ...]) -> None:
    """Write the evidence to the files that were asked for; raises FileError."""
    for path in map(Path, running.evidence or ()):
        try:
            path.write_text(_RENDERERS[path.suffix](tuple(evidence for _, evidence in verified)), encoding="utf-8")
        except OSError as error:
            raise FileError(str(path), f"the evidence cannot be written: {error.strerror}") from error


def _as_text(found: tuple[Evidence, ...]) -> str:
    from codemod.report.evidence_text import render_evidence

    return render_evidence(found, False, verbose=True)


def _as_json(found: tuple[Evidence, ...]) -> str:
    from codemod.report.evidence_json import render

    return render(found)


def _as_markdown(found: tuple[Evidence, ...]) -> str:
    from codemod.report.evidence_markdown import render

    return render(found)


_RENDERERS = {".txt": _as_text, ".json": _as_json, ".md": _as_markdown}
