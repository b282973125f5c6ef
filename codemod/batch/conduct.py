"""A whole batch, from its order to its results and outputs; what the verbs of the command line are made of."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.batch.cache import Cache, default_folder
from codemod.batch.codeowners import read_owners
from codemod.batch.discover import discover
from codemod.batch.executors import open_executor
from codemod.batch.keys import Keys
from codemod.batch.names import checkout_name
from codemod.batch.outputs import export
from codemod.batch.outputs.view import view
from codemod.batch.records import Result, Status
from codemod.batch.run import Batch
from codemod.batch.shards import cut
from codemod.processes.cleanup import terminable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from codemod.batch.discover import Discovery
    from codemod.batch.journal import Order
    from codemod.batch.outputs.view import Batch as View
    from codemod.batch.outputs.view import RuleText
    from codemod.batch.records import ProjectRef
    from codemod.batch.shards import Shard
    from codemod.batch.workers import Limits


@dataclass(frozen=True, slots=True)
class Machinery:
    """What the work is done with. ``executor`` and ``ship`` are as in executors.py; ``cache`` None: the user's."""

    jobs: int
    limits: Limits
    executor: str = ""
    ship: bool = False
    cache: Path | None = None
    use_cache: bool = True

    def open_cache(self) -> Cache | None:
        """Return where known results are kept, None for nowhere."""
        return Cache(self.cache or default_folder()) if self.use_cache else None


def find(order: Order) -> Discovery:
    """Return the projects of ``order``."""
    return discover(
        [Path(root) for root in order.roots], order.include, order.exclude, [Path(folder) for folder in order.listed]
    )


@terminable()
def work(
    order: Order,
    found: Discovery,
    known: Mapping[str, Result],
    machinery: Machinery,
    keep: Callable[[Result], None],
    tell: Callable[[str, int, int], None],
) -> None:
    """Bring about a result of every project that ``known`` has none of; ``keep`` is given each as it comes.

    Ends as after Ctrl-C where this process is told to end.
    """
    for name, reason in found.failures:
        keep(Result(name, "", Status.FAILED, reason=reason))
    keys = Keys(order.overrides, order.isolated)
    by_name: dict[str, str] = {}
    for number, project in enumerate(_by_checkout(found.projects)):
        tell("looking for what changed", number, len(found.projects))
        by_name[project.name] = keys.key_of(project)
    batch = Batch(order, machinery.limits, machinery.jobs, keep, tell, machinery.open_cache(), machinery.ship)
    with open_executor(machinery.executor, machinery.jobs, machinery.limits) as executor:
        batch.run(found.projects, by_name, known, executor)


def _by_checkout(projects: Iterable[ProjectRef]) -> list[ProjectRef]:
    return sorted(projects, key=lambda project: (project.checkout, project.name))


def shards_of(found: Discovery, results: Iterable[Result], per: str) -> tuple[Shard, ...]:
    """Return the results of the projects that were found, cut into patches."""
    tops = {checkout_name(project.name, project.folder): Path(project.checkout) for project in found.projects}
    return cut(results, per, {name: read_owners(top) for name, top in tops.items()})


def see(
    order: Order, results: Sequence[Result], shards: Sequence[Shard], rules: Mapping[str, RuleText], folder: str
) -> View:
    """Return a batch for people; ``folder`` is that of the run, as it is shown in commands."""
    unsafe = bool(order.overrides.get("unsafe"))
    return view(results, shards, rules, lambda name: retry_command(folder, name), unsafe, _repeat(order))


def write(
    folder: Path, order: Order, results: Sequence[Result], shards: Sequence[Shard], rules: Mapping[str, RuleText]
) -> tuple[Path, ...]:
    """Write all outputs into the folder of the run and return them; commands in them are for that folder."""
    unsafe = bool(order.overrides.get("unsafe"))
    repeat = _repeat(order)
    return export(folder, results, shards, rules, lambda name: retry_command(".", name), unsafe=unsafe, repeat=repeat)


def _repeat(order: Order) -> tuple[str, ...]:
    """Return the options for a command that others run on their machines, where the interpreter is another one."""
    words, unsafe = order.repeat, ("--unsafe",) if order.overrides.get("unsafe") else ()
    place = words.index("--python") if "--python" in words else len(words)
    return (*words[:place], *words[place + 2 :], *unsafe)


def retry_command(folder: str, project: str) -> str:
    """Return the command that tries a project again."""
    return f"loopmend batch retry {shlex.quote(folder)} {shlex.quote(project)}"


def current(found: Discovery, results: Mapping[str, Result]) -> list[Result]:
    """Return the results of what was found now, in order of the names; what has gone since is left out."""
    names = {*(project.name for project in found.projects), *(name for name, _ in found.failures)}
    return [results[name] for name in sorted(names & results.keys())]
