"""From projects to results: what is known is not done again, the rest goes to the executor, each result to the journal."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.batch.executors import run_batch
from codemod.batch.records import ProjectRef, Result, Status, Task, dump, load_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from codemod.batch.cache import Cache
    from codemod.batch.executors import Limits
    from codemod.batch.journal import Journal, Order

_AHEAD = 3
"""Batches per worker that wait for it; more would only make an interrupted run lose them."""


@dataclass(slots=True)
class Batch:
    """One run over projects. ``tell`` is called with a text about speed, how many are done, and of how many."""

    order: Order
    limits: Limits
    jobs: int
    tell: Callable[[str, int, int], None]
    size: int = 8
    ship: bool = False
    _began: float = field(default_factory=time.monotonic)
    _worked: int = 0

    def run(
        self,
        projects: Sequence[ProjectRef],
        keys: Mapping[str, str],
        executor: Executor,
        journal: Journal,
        cache: Cache | None,
        again: bool = False,
    ) -> None:
        """Bring a result of every project into the journal; ``again`` asks for those that failed, too."""
        known = journal.results()
        todo = []
        for project in projects:
            old = known.get(project.name)
            if old is not None and old.key == keys[project.name] and not (again and old.status is Status.FAILED):
                continue
            cached = cache.get(keys[project.name]) if cache is not None else None
            if cached is not None:
                journal.append(replace(cached, project=project.name))
            else:
                todo.append(project)
        self._work(todo, keys, executor, journal, cache, len(projects))

    def _work(
        self,
        todo: Sequence[ProjectRef],
        keys: Mapping[str, str],
        executor: Executor,
        journal: Journal,
        cache: Cache | None,
        total: int,
    ) -> None:
        """Keep every worker busy, a few batches ahead; take results in any order."""
        batches = [todo[start : start + self.size] for start in range(0, len(todo), self.size)]
        waiting: dict[Future[list[str]], Sequence[ProjectRef]] = {}
        done = total - len(todo)
        try:
            while batches or waiting:
                while batches and len(waiting) < self.jobs * _AHEAD:
                    batch = batches.pop(0)
                    waiting[executor.submit(run_batch, [dump(self._task(one)) for one in batch], self.limits)] = batch
                ready, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in ready:
                    for result in self._results(future, waiting.pop(future)):
                        result = replace(result, key=keys[result.project])
                        journal.append(result)
                        if cache is not None and result.status is not Status.FAILED:
                            cache.put(result)
                        done += 1
                        self._worked += 1
                self.tell(self._speed(total - done), done, total)
        finally:
            for future in waiting:
                future.cancel()

    def _task(self, project: ProjectRef) -> Task:
        order = self.order
        return Task(project, order.overrides, order.isolated, self._archive(project), order.verify, order.running)

    def _archive(self, project: ProjectRef) -> str:
        return ""

    @staticmethod
    def _results(future: Future[list[str]], batch: Sequence[ProjectRef]) -> Iterable[Result]:
        """Return a result of each project of the batch; where the whole batch failed, that is why."""
        try:
            found = {result.project: result for result in map(load_result, future.result())}
        except Exception as error:
            reason = f"its worker failed: {type(error).__name__}: {error}"[:500]
            return [Result(one.name, one.folder, Status.FAILED, reason=reason) for one in batch]
        lost = "its worker gave no result"
        return [found.get(one.name, Result(one.name, one.folder, Status.FAILED, reason=lost)) for one in batch]

    def _speed(self, left: int) -> str:
        seconds = time.monotonic() - self._began
        rate = self._worked / seconds if seconds else 0.0
        return f"{rate:.1f} projects/s, {_time(left / rate)} left" if rate else "analysing"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
