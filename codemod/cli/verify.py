"""``loopmend verify``: run the suite before and after what migrate would change, and say how it fared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.cli.options import Selection
from codemod.cli.run import Project, load_all
from codemod.cli.running import Running
from codemod.cli.verb import verb
from codemod.errors import ExitCode, FileError
from codemod.evidence import Evidence
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
    show(console, verified)
    return code(verified)


def verify_all(console: Console, selection: Selection, running: Running) -> tuple[Verified, ...]:
    """Verify each project in path order; its report has the changes that may be applied, none where they may not."""
    loaded = load_all(selection, runs=True)
    console.warn(_WARNING)
    found = tuple(_verify_one(console, selection, running, *each) for each in loaded)
    for name in running.evidence or ():
        _write(Path(name), tuple(evidence for _, evidence in found))
    return found


def _verify_one(console: Console, selection: Selection, running: Running, folder: Path, settings: Settings) -> Verified:
    from codemod.verify import verify as verify_project

    with console.progress() as progress:

        def say(text: str) -> None:
            progress.clear()
            console.say(escape(text))

        found = verify_project(folder, settings, running.options(selection.best), say, progress)
    changes = found.report.changes if found.evidence.verdict.holds else ()
    report = replace(found.report, root=folder.as_posix(), changes=changes)
    chosen = replace(selection, strategy=found.evidence.strategy) if selection.best else selection
    return Project(folder, settings, report, chosen.repeat()), replace(found.evidence, root=folder.as_posix())


def code(verified: tuple[Verified, ...]) -> ExitCode:
    """Return the exit code: a verification that failed counts most, then files left out, then what is left to do."""
    if any(not evidence.verdict.holds or evidence.rolled_back for _, evidence in verified):
        return ExitCode.VERIFICATION_FAILED
    if any(project.report.failures for project, _ in verified):
        return ExitCode.FILES_FAILED
    return ExitCode.FINDINGS if any(remaining(project.report) for project, _ in verified) else ExitCode.DONE


def show(console: Console, verified: tuple[Verified, ...]) -> None:
    """Print the evidence as text or JSON."""
    found = tuple(evidence for _, evidence in verified)
    if console.screen.json:
        console.out(_as_json(found))
        return
    from codemod.report.evidence_text import render_evidence

    console.out(render_evidence(found, console.color, verbose=console.screen.verbose, quiet=console.screen.quiet))


def _write(path: Path, found: tuple[Evidence, ...]) -> None:
    try:
        path.write_text(_RENDERERS[path.suffix](found), encoding="utf-8")
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
