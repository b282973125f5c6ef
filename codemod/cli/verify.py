"""``loopmend verify``: run the suite before and after what migrate would change, and say how it fared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.cli.options import Selection
from codemod.cli.run import Project, load_all
from codemod.cli.running import Running
from codemod.cli.verb import verb
from codemod.errors import ExitCode, UsageError
from codemod.evidence import Evidence, Verdict
from codemod.report.tally import remaining

if TYPE_CHECKING:
    from codemod.cli.console import Console

_WARNING = (
    "This executes the project's own code: its tests, its conftest.py files and plugins, as you, in a throw-away copy."
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
    from codemod.verify import verify as verify_one

    loaded = load_all(selection, runs=True)
    console.warn(_WARNING)
    found = []
    for folder, settings in loaded:
        with console.progress() as progress:

            def say(text: str, clear: Callable[[], None] = progress.clear) -> None:
                clear()
                console.say(text)

            one = verify_one(folder, settings, running.options(selection.best), say, progress)
        report = replace(one.report, root=folder.as_posix(), changes=one.report.changes if holds(one.evidence) else ())
        evidence = replace(one.evidence, root=folder.as_posix())
        found.append((Project(folder, settings, report, selection.repeat()), evidence))
    _write(running, tuple(evidence for _, evidence in found))
    return tuple(found)


def holds(evidence: Evidence) -> bool:
    """Tell whether what the report changes may be applied."""
    return evidence.verdict not in (Verdict.WORSE, Verdict.UNPROVEN)


def code(verified: tuple[Verified, ...]) -> ExitCode:
    """Return the exit code: a verification that failed counts most, then files left out, then what is left to do."""
    if any(not holds(evidence) or evidence.rolled_back for _, evidence in verified):
        return ExitCode.VERIFICATION_FAILED
    if any(project.report.failures for project, _ in verified):
        return ExitCode.FILES_FAILED
    return ExitCode.FINDINGS if any(remaining(project.report) for project, _ in verified) else ExitCode.DONE
