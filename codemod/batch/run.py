"""From projects to results: what is known is not done again, the rest goes to the executor, and is kept at once."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.batch.archive import ArchiveError, pack
from codemod.batch.records import ProjectRef, Result, Status, Task, dump, load_result
from codemod.batch.workers import run_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemod.batch.cache import Cache
    from codemod.batch.journal import Order
    from codemod.batch.workers import Limits

_AHEAD = 2
"""Batches per worker that are handed over before it asks for them."""
_SIZE = 8
"""Projects of a batch: a kill loses so many per worker, and a cluster costs some 10 ms for each batch."""


@dataclass(slots=True)
class Batch:
    """Work on projects. ``keep`` is given each result; ``tell`` a text about speed, how many are done, and of how many.

    ``ship`` sends the files along, for workers that do not see this file system.
    """

    order: Order
    limits: Limits
    jobs: int
    keep: Callable[[Result], None]
    tell: Callable[[str, int, int], None]
    cache: Cache | None = None
    ship: bool = False
    _began: float = field(default_factory=time.monotonic)
    _worked: int = 0

    def run(
        self, projects: Sequence[ProjectRef], keys: Mapping[str, str], known: Mapping[str, Result], executor: Executor
    ) -> None:
        """Bring about a result of every project whose result in ``known``, if any, was made of something else."""
        todo = []
        for project in projects:
            key = keys[project.name]
            if project.name in known and known[project.name].key == key:
                continue
            cached = self.cache.get(key) if self.cache is not None and not self.order.verify else None
            if cached is None:
                todo.append(project)
            else:
                self.keep(replace(cached, project=project.name, folder=project.folder))
        self._work(todo, keys, executor, len(projects))

    def _work(self, todo: Sequence[ProjectRef], keys: Mapping[str, str], executor: Executor, total: int) -> None:
        """Keep every worker busy, and take results in any order."""
        batches = [todo[start : start + _SIZE] for start in range(0, len(todo), _SIZE)]
        waiting: dict[Future[list[str]], Sequence[ProjectRef]] = {}
        done = total - len(todo)
        while batches or waiting:
            while batches and len(waiting) < self.jobs * _AHEAD:
                batch = batches.pop(0)
                lines, failed = self._lines(batch)
                if lines:
                    waiting[executor.submit(run_batch, lines, self.limits)] = [p for p in batch if p.name not in failed]
                for result in failed.values():
                    self._take(result, keys)
                done += len(failed)
            ready, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in ready:
                for result in _results(future, waiting.pop(future)):
                    self._take(result, keys)
                    done += 1
            self.tell(self._speed(total - done), done, total)

    def _lines(self, batch: Sequence[ProjectRef]) -> tuple[list[str], dict[str, Result]]:
        """Return the tasks of a batch, and the results of those that cannot be sent."""
        lines, failed = [], {}
        for project in batch:
            try:
                archive = pack(project, whole=self.order.verify) if self.ship else ""
            except ArchiveError as error:
                failed[project.name] = Result(project.name, project.folder, Status.FAILED, reason=str(error))
                continue
            order = self.order
            lines.append(dump(Task(project, order.overrides, order.isolated, archive, order.verify, order.running)))
        return lines, failed

    def _take(self, result: Result, keys: Mapping[str, str]) -> None:
        result = replace(result, key=keys[result.project])
        self.keep(result)
        self._worked += 1
        if self.cache is not None and result.status is not Status.FAILED and not self.order.verify:
            self.cache.put(result)

    def _speed(self, left: int) -> str:
        seconds = time.monotonic() - self._began
        rate = self._worked / seconds if seconds else 0.0
        return f"{rate:.1f} projects/s, {_clock(left / rate)} left" if rate else "analysing"


def _results(future: Future[list[str]], batch: Sequence[ProjectRef]) -> list[Result]:
    """Return a result of each project of the batch; where the whole batch failed, that is why."""
    try:
        found = {result.project: result for result in map(load_result, future.result())}
    except Exception as error:
        reason = f"its worker failed: {type(error).__name__}: {error}"[:500]
        return [Result(one.name, one.folder, Status.FAILED, reason=reason) for one in batch]
    lost = "its worker gave no result"
    return [found.get(one.name, Result(one.name, one.folder, Status.FAILED, reason=lost)) for one in batch]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
