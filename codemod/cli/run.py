"""From the options to one analysed project per folder; what every verb that reads a project begins with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.cli.choices import code_prefix, one_of
from codemod.errors import ExitCode, FileError, UsageError
from codemod.model import FileChange, ProjectReport, Remedy, Report
from codemod.report.tally import remaining

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemod.cli.console import Console
    from codemod.cli.options import Selection
    from codemod.project.settings import Settings


BEST_ALONE = "--strategy best has nothing to choose from beside --remedy, which is applied alone"


@dataclass(frozen=True, slots=True)
class Project:
    """One folder of the command line with its settings, what the analysis found in it, and the options to repeat.

    ``withdrawn`` are remedies that the suite is worse with, each with the reason.
    """

    folder: Path
    settings: Settings
    report: ProjectReport
    repeat: tuple[str, ...] = ()
    withdrawn: tuple[tuple[Remedy, str], ...] = ()


def analyse_all(selection: Selection, console: Console) -> tuple[Project, ...]:
    """Analyse each project in path order; raise a LoopmendError for the first that cannot be read at all."""
    loaded = load_all(selection)
    with console.progress() as progress:
        found = (analyse_one(folder, settings, progress) for folder, settings in loaded)
        return tuple(replace(project, repeat=selection.repeat()) for project in found)


def analyse_one(
    folder: Path,
    settings: Settings,
    progress: Callable[[str, int, int], None],
    withdrawn: tuple[tuple[Remedy, str], ...] = (),
) -> Project:
    """Analyse one folder; the report's root is the folder as it was typed, so that paths are as the user sees them."""
    from codemod.pipeline import analyse

    report = analyse(folder, settings, progress, withdrawn)
    return Project(folder, settings, replace(report, root=folder.as_posix()))


def load_all(selection: Selection, *, runs: bool = False) -> tuple[tuple[Path, Settings], ...]:
    """Return each folder with its settings; raise UsageError or ConfigError for what cannot be.

    ``runs`` says that the suite will be run, without which there is no best strategy.
    """
    from codemod.project.settings import load

    check_names(selection)
    if selection.best and not runs:
        raise UsageError("--strategy best runs the suite: use it with loopmend verify, or migrate --verify")
    overrides = selection.overrides()
    found = tuple((folder, load(folder, overrides, selection.isolated)) for folder in folders(selection.paths or ["."]))
    if selection.best and any(settings.remedy for _, settings in found):
        raise UsageError(BEST_ALONE)
    return found


def folders(paths: list[str]) -> tuple[Path, ...]:
    """Return the paths as folders, sorted; raise UsageError where one is none, or where one lies in another."""
    found = sorted(Path(path) for path in paths)
    for folder in found:
        if not folder.is_dir():
            raise UsageError(f"{folder}: {'give the folder, not a file' if folder.exists() else 'no such folder'}")
    real = [folder.resolve() for folder in found]
    for index, folder in enumerate(real):
        for other, name in zip(real[:index], found, strict=False):
            if folder.is_relative_to(other) or other.is_relative_to(folder):
                raise UsageError(f"{name} and {found[index]} overlap: each path is its own project, give one of them")
    return tuple(found)


def check_names(selection: Selection) -> None:
    """Raise UsageError for a rule code or a named remedy that does not exist, or a remedy that is not offered."""
    from codemod.cli.options import codes

    for option, values in (("--select", codes(selection.select)), ("--ignore", codes(selection.ignore))):
        if values:
            from codemod.rules import RULES

            for value in values:
                code_prefix(option, value, [rule.code for rule in RULES])
    if selection.remedy is not None:
        _check_remedy(selection.remedy)


def _check_remedy(name: str) -> None:
    from codemod.knowledge import remedies

    known = {remedy.name: remedy for remedy in remedies()}
    remedy = known[one_of("--remedy", name, known)]
    if not remedy.offered:
        raise UsageError(f"--remedy {name} is not offered: {remedy.not_cured} Instead: {remedy.instead}")


def combined(projects: tuple[Project, ...]) -> Report:
    """Return the projects' reports as one."""
    return Report(tuple(project.report for project in projects), projects[0].repeat if projects else ())


def unsafe(projects: tuple[Project, ...]) -> bool:
    """Return whether ``--unsafe`` is in force, from the command line or a configuration file."""
    return any(project.settings.unsafe for project in projects)


def source(root: str, path: str) -> bytes | None:
    """Return a project file's bytes for an excerpt, or None where it cannot be read."""
    from codemod.source.text import read_bytes

    try:
        return read_bytes(Path(root), path)
    except FileError:
        return None


def count(change: FileChange) -> tuple[int, int]:
    """Return the added and removed lines of ``change``, as its patch has them."""
    from codemod.source.diff import stat

    _, added, removed = stat((change,))
    return added, removed


def outcome(report: Report, *, wrote: bool = False, exit_zero: bool = False) -> ExitCode:
    """Return the exit code for ``report`` (DESIGN law 9): files left out count more than findings.

    ``wrote`` says that the changes are on disk, so that only what they leave counts.
    """
    if any(project.failures for project in report.projects):
        return ExitCode.FILES_FAILED
    left = any(remaining(one) if wrote else one.findings or one.changes for one in report.projects)
    return ExitCode.FINDINGS if left and not exit_zero else ExitCode.DONE
