"""A progress bar on standard error that appears only when a run takes longer than a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import rich.progress

DELAY = 1.0
"""Seconds of silence: a bar that flashes up for a fast run is noise."""


class Progress:
    """Call it with the stage's name and how much of how much is done; as a context it clears its bar at the end."""

    def __init__(self, enabled: bool, color: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._enabled = enabled
        self._color = color
        self._clock = clock
        self._start = clock()
        self._bar: rich.progress.Progress | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away, so that a line can be written; the next call brings it back."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show ``done`` of ``total`` for ``stage``; a total of 0 is one that is not known."""
        if not self._enabled or self._clock() - self._start < DELAY:
            return
        if self._bar is None:
            self._bar = _open_bar(self._color)
        for task in self._bar.task_ids:
            self._bar.update(task, description=stage, completed=done, total=total or None)


def _open_bar(color: bool) -> rich.progress.Progress:
    # rich takes longer to load than a small project to read.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    # None leaves it to rich, which honours NO_COLOR.
    console = Console(stderr=True, markup=False, no_color=None if color else True)
    bar = Progress(*columns, console=console, transient=True)
    bar.add_task("", total=None)
    bar.start()
    return bar
