"""What becomes of one project: read, repaired and, where that is asked for, run; never an exception, always a result.

It runs in a process of its own (child.py), on this machine or another. What it gives holds no path of the machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import traceback
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemod.batch.archive import unpack
from codemod.batch.failure import OUT_OF_MEMORY, failed
from codemod.batch.parts import parts, rules
from codemod.batch.records import FilePatch, Result, Status
from codemod.errors import LoopmendError
from codemod.pipeline import NESTED, analyse
from codemod.processes.janitor import remove
from codemod.project.settings import load
from codemod.report import evidence_json, evidence_markdown, evidence_words, json
from codemod.source.diff import render, stat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.batch.records import Task
    from codemod.model import FileChange, ProjectReport
    from codemod.project.settings import Settings
    from codemod.verify.options import Options

    Shown = Callable[[str], str]
    """Gives a text without the paths of this machine."""

_PACKAGE = Path(__file__).parents[1]


def work(task: Task) -> Result:
    """Return what became of the project of ``task``; whatever goes wrong is the reason of a failed result."""
    shown = _shown(Path(task.project.checkout))
    try:
        with _checkout(task) as top:
            shown = _shown(top)
            return _worked(task, top, shown)
    except MemoryError:
        return failed(task, OUT_OF_MEMORY)
    except (LoopmendError, OSError) as error:
        return failed(task, shown(str(error)))
    except Exception as error:
        return failed(task, f"a fault of loopmend: {type(error).__name__} in {_place(error)}")


@contextlib.contextmanager
def _checkout(task: Task) -> Iterator[Path]:
    """Yield the top of the checkout, unpacked for as long as it is needed where it came as an archive."""
    if not task.archive:
        yield Path(task.project.checkout)
        return
    folder = Path(tempfile.mkdtemp(prefix="loopmend-archive-")).resolve()
    try:
        # Its name is that of the checkout: where the top is a package, tests import it.
        top = folder / (Path(task.project.checkout).name or "root")
        top.mkdir()
        unpack(task.archive, top)
        yield top
    finally:
        remove(folder)


def _worked(task: Task, top: Path, shown: Shown) -> Result:
    folder = top / task.project.folder
    settings = load(folder, task.overrides, task.isolated)
    if task.verify:
        return _verified(task, folder, settings, shown)
    report = analyse(folder, settings)
    numbers = parts(report, lambda withdrawn: analyse(folder, settings, withdrawn=withdrawn))
    return _result(task, report, numbers, shown)


def _verified(task: Task, folder: Path, settings: Settings, shown: Shown) -> Result:
    from codemod.verify import verify

    def silent(*_: object) -> None:
        return None

    found = verify(folder, settings, _options(task), silent, silent)
    evidence = _without_paths(replace(found.evidence, root=_root(task)), shown)
    if evidence.verdict.holds:
        # What ran, and is the evidence for it, is the whole.
        result = _result(task, found.report, {change.path: 0 for change in found.report.changes}, shown)
    else:
        unchanged = _result(task, replace(found.report, changes=()), {}, shown)
        result = replace(unchanged, status=Status.FAILED, reason=f"verification: {evidence_words.verdict(evidence)}")
    markdown = evidence_markdown.render([evidence])
    return replace(result, evidence=evidence_json.entry(evidence), evidence_markdown=markdown)


def _options(task: Task) -> Options:
    """Return how the suite is run: as asked for, and with no variable that is the user's own business."""
    from codemod.verify.options import Options

    given = {name: _tuples(value) for name, value in task.running.items()}
    return Options(**{**given, "clean": True})  # type: ignore[arg-type]


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


# --- the result ------------------------------------------------------------------------------------------------------


def _result(task: Task, report: ProjectReport, numbers: dict[str, int], shown: Shown) -> Result:
    prefix = f"{task.project.folder}/" if task.project.folder else ""
    files = tuple(_patch(report, change, prefix, numbers[change.path]) for change in report.changes)
    status = Status.CHANGED if files else Status.FINDINGS if report.findings else Status.CLEAN
    told = replace(
        report,
        root=_root(task),
        version_origin=shown(report.version_origin),
        options=_without_paths(report.options, shown),
        failures=_without_paths(report.failures, shown),
        # A batch finds the projects below a project by itself.
        notes=_without_paths(tuple(note for note in report.notes if not note.startswith(NESTED)), shown),
    )
    return Result(task.project.name, task.project.folder, status, report=json.entry(told, _count), files=files)


def _patch(report: ProjectReport, change: FileChange, prefix: str, part: int) -> FilePatch:
    added, removed = _count(change)
    patch = FilePatch.encoded(render((change,), prefix))
    return FilePatch(prefix + change.path, patch, added, removed, rules(report, change.path), part)


def _count(change: FileChange) -> tuple[int, int]:
    _, added, removed = stat((change,))
    return added, removed


def _root(task: Task) -> str:
    return task.project.folder or "."


# --- no path of the machine ------------------------------------------------------------------------------------------


def _shown(top: Path) -> Shown:
    """Return a function that makes paths below ``top`` relative to it, and those beside it relative with ``..``."""
    places: dict[str, str] = {}
    for name in (os.path.abspath(top), os.path.realpath(top)):  # noqa: PTH100 - resolve raises for a loop of links
        for up, folder in enumerate((name, *Path(name).parents[:-1])):
            places.setdefault(str(folder), "/".join([".."] * up) or ".")
    longest = sorted(places, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w./~-])({'|'.join(map(re.escape, longest))})(?![\w.-])(/?)")

    def relative(found: re.Match[str]) -> str:
        there = places[found[1]]
        return "" if there == "." and found[2] else there + found[2]

    return lambda text: pattern.sub(relative, text)


def _without_paths(value: Any, shown: Shown) -> Any:
    """Return ``value`` with every text in it made to hold no path of the machine."""
    if type(value) is str:
        return shown(value)
    if isinstance(value, tuple):
        return tuple(_without_paths(item, shown) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {item.name: _without_paths(getattr(value, item.name), shown) for item in fields(value)}
        return replace(value, **changed)
    return value


def _place(error: BaseException) -> str:
    """Return the innermost place of our own code that ``error`` came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    return f"{Path(own[-1].filename).relative_to(_PACKAGE).as_posix()}:{own[-1].lineno}"
