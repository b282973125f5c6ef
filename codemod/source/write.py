"""Write changes whole or not at all, and take them back.

`apply` goes: check every file against the bytes it was read with; write the journal; put each new content into a
temporary file beside its target (a full disk shows here, before anything is replaced); rename one by one, comparing
each file again right before; mark the journal done. Any failure, and Ctrl-C, restores what was replaced. After a
kill the journal says ``writing``: `apply` then refuses until `undo` has put the old bytes back.

A rename gives the path a new inode. Mode and, where allowed, owner are kept. A hard link is broken on purpose: the
other name may lie outside the project (a package cache), so it keeps the old bytes, also after `undo`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from codemod.errors import ConcurrentChangeError, FileError, UsageError
from codemod.source import journal as journals
from codemod.source.disk import SIZE_LIMIT, file_errors, read_regular, real, sync_folder, writable, write_new
from codemod.source.journal import Journal, State, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from codemod.model import FileChange


@dataclass(frozen=True, slots=True)
class _Step:
    """One replacement: the file must have the hash ``expected`` now; ``content`` None deletes it."""

    number: int
    path: str
    expected: str | None
    content: bytes | None
    mode: int = 0o644


def apply(root: Path, changes: Sequence[FileChange]) -> Journal:
    """Write all ``changes`` under ``root`` and return the run's journal; with nothing to write its id is empty.

    Raise ConcurrentChangeError where a file is not what it was when read, FileError where one cannot be written or
    an earlier run was killed. Then no file is left changed; if even restoring fails, the message names `undo`.
    """
    top = real(root)
    wanted = sorted((c for c in changes if c.before != c.after), key=lambda c: c.path)
    _refuse_unfinished(top)
    _check(top, wanted)
    if not wanted:
        return Journal("", State.DONE, ())
    with journals.locked(top):
        _refuse_unfinished(top)
        return _write(top, wanted)


def undo(root: Path, run_id: str | None = None) -> tuple[str, ...]:
    """Put back what run ``run_id``, or the last run, changed; return the paths that changed now, none if undone before.

    A run that was killed while writing counts too. Files the run created are deleted. Raise ConcurrentChangeError,
    changing nothing, where a file is neither as before nor as after the run; UsageError for an unknown ``run_id``.
    """
    top = real(root)
    if not journals.runs(top):
        if run_id is not None:
            raise UsageError(f"there is no run {run_id} to undo")
        return ()
    with journals.locked(top):
        found = [run for run in journals.runs(top) if run_id in (None, run.run_id)]
        if not found:
            raise UsageError(f"there is no run {run_id} to undo")
        return _take_back(top, found[-1])


def recover(root: Path) -> tuple[str, ...]:
    """Roll back each run that was killed while writing, newest first; return the restored paths. Raise as `undo`."""
    top = real(root)
    if all(run.state is not State.WRITING for run in journals.runs(top)):
        return ()
    with journals.locked(top):
        killed = [run for run in reversed(journals.runs(top)) if run.state is State.WRITING]
        return tuple(path for run in killed for path in _take_back(top, run))


def _refuse_unfinished(top: Path) -> None:
    for run in journals.runs(top):
        if run.state is State.WRITING:
            raise FileError(run.where, "an earlier run did not finish writing; run `loopmend undo` first")


def _check(top: Path, changes: Sequence[FileChange]) -> None:
    for one, other in pairwise(changes):
        if one.path == other.path:
            raise FileError(one.path, "is changed twice in one run")
    for change in changes:
        _require(top, change.path, digest(change.before))
        if len(change.after) > SIZE_LIMIT:
            raise FileError(change.path, "would become larger than loopmend reads, so the change could not be undone")


def _write(top: Path, changes: Sequence[FileChange]) -> Journal:
    run = journals.create(top, changes)
    begun: list[_Step] = []
    try:
        steps = [_Step(n, c.path, digest(c.before), c.after, c.mode) for n, c in enumerate(changes)]
        _replace(top, run, steps, begun)
        run = journals.mark(top, run, State.DONE)
    except BaseException as error:
        _roll_back(top, run, begun, error)
        raise
    journals.prune(top)
    return run


def _roll_back(top: Path, run: Journal, begun: Sequence[_Step], error: BaseException) -> None:
    try:
        _restore(top, run, [step.number for step in begun])
    except FileError as second:
        reason = f"{error}; putting the files back failed too ({second}); run `loopmend undo`"
        raise FileError(run.where, reason) from error
    journals.discard(top, run.run_id)


def _take_back(top: Path, run: Journal) -> tuple[str, ...]:
    if run.state is State.UNDONE:
        return ()
    for number, path in enumerate(run.paths):
        # Left by a kill. Where the folder is gone there is nothing to remove.
        with suppress(FileError, OSError):
            _temporary(writable(top, path), run, number).unlink(missing_ok=True)
    paths = _restore(top, run, range(len(run.entries)))
    journals.mark(top, run, State.UNDONE)
    return paths


def _restore(top: Path, run: Journal, numbers: Iterable[int]) -> tuple[str, ...]:
    """Put back the files ``numbers`` of the run that are not as before; change none where one is something else."""
    steps: list[_Step] = []
    for number in numbers:
        entry = run.entries[number]
        now = _current(top, entry.path)
        if now == entry.before:
            continue
        if now != entry.after:
            reason = f"was changed after the run; remove {run.where} to keep the files as they are"
            raise ConcurrentChangeError(entry.path, reason)
        content = None if entry.before is None else journals.original(top, run, number)
        steps.append(_Step(number, entry.path, entry.after, content))
    _replace(top, run, steps, [])
    return tuple(step.path for step in steps)


def _replace(top: Path, run: Journal, steps: Sequence[_Step], begun: list[_Step]) -> None:
    """Stage every step, then rename one by one; a step joins ``begun`` just before its file may change."""
    staged: list[Path] = []
    try:
        for step in steps:
            with file_errors(step.path):
                _stage(writable(top, step.path), run, step, staged)
        for step in steps:
            _require(top, step.path, step.expected)
            with file_errors(step.path):
                place = writable(top, step.path)
                begun.append(step)
                if step.content is None:
                    place.unlink()
                else:
                    _temporary(place, run, step.number).replace(place)
                sync_folder(place.parent)
    finally:
        for temporary in staged:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _stage(place: Path, run: Journal, step: _Step, staged: list[Path]) -> None:
    if step.content is None:
        return
    temporary = _temporary(place, run, step.number)
    temporary.unlink(missing_ok=True)
    staged.append(temporary)
    write_new(temporary, step.content, step.mode, place.lstat() if step.expected is not None else None)


def _temporary(place: Path, run: Journal, number: int) -> Path:
    return place.with_name(f".loopmend-{run.run_id}-{number}.tmp")


def _current(top: Path, path: str) -> str | None:
    return digest(read_regular(top, path)) if os.path.lexists(writable(top, path)) else None


def _require(top: Path, path: str, expected: str | None) -> None:
    now = _current(top, path)
    if now == expected:
        return
    if expected is None:
        raise ConcurrentChangeError(path, "exists already")
    raise ConcurrentChangeError(path, "has vanished" if now is None else "was changed since it was read")
