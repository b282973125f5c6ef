"""From projects to results: what is known is not done again, and every project gets exactly one result."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from batch_tools import CLEAN, write

from codemod.batch import run as module
from codemod.batch.cache import Cache
from codemod.batch.journal import Order
from codemod.batch.records import ProjectRef, Result, Status, Task, dump, load_task
from codemod.batch.run import Batch
from codemod.batch.workers import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LIMITS = Limits(7, 8)
SECONDS = 60


def key(name: str, content: str = "") -> str:
    return f"{name}{content}".encode().hex().ljust(64, "0")


def clean(task: Task) -> Result:
    return Result(task.project.name, task.project.folder, Status.CLEAN)


@dataclass
class Bench:
    """Projects, workers in this process, and what they were asked."""

    names: Sequence[str]
    keys: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Task], Result] = clean
    asked: list[Task] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    kept: list[Result] = field(default_factory=list)
    told: list[tuple[str, int, int]] = field(default_factory=list)
    checkout: str = "/nowhere"

    def work(self, lines: Sequence[str], limits: Limits) -> list[str]:
        assert limits == LIMITS
        self.batches.append(len(lines))
        tasks = [load_task(line) for line in lines]
        self.asked += tasks
        return [dump(self.answer(task)) for task in tasks]

    def run(
        self,
        known: Mapping[str, Result] | None = None,
        order: Order | None = None,
        cache: Cache | None = None,
        jobs: int = 2,
        ship: bool = False,
    ) -> dict[str, Result]:
        """Return what is kept by name; each once."""
        self.asked, self.kept, self.told = [], [], []
        projects = [ProjectRef(f"mono/{name}", self.checkout, name) for name in self.names]
        keys = {f"mono/{name}": self.keys.get(name, key(name)) for name in self.names}
        tell = lambda *told: self.told.append(told)  # noqa: E731
        batch = Batch(order or Order(()), LIMITS, jobs, self.kept.append, tell, cache, ship)
        with ThreadPoolExecutor(jobs) as executor:
            batch.run(projects, keys, known or {}, executor)
        found = {result.project: result for result in self.kept}
        assert len(found) == len(self.kept)
        return found

    @property
    def worked_on(self) -> list[str]:
        return sorted(task.project.folder for task in self.asked)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    def bench(names: Sequence[str] = "abc", **more: object) -> Bench:
        made = Bench(names, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(module, "run_batch", made.work)
        return made

    return bench


Make = "Callable[..., Bench]"


def test_every_project_gets_a_result_with_its_key(make: Make) -> None:
    bench = make("ab")
    assert bench.run() == {f"mono/{name}": Result(f"mono/{name}", name, Status.CLEAN, key(name)) for name in ("a", "b")}


def test_a_task_has_what_was_ordered(make: Make) -> None:
    bench = make("a")
    order = Order((), overrides={"strategy": "share"}, isolated=True, verify=True, running={"seconds": 3})
    bench.run(order=order)
    project = ProjectRef("mono/a", "/nowhere", "a")
    assert bench.asked == [Task(project, {"strategy": "share"}, True, "", True, {"seconds": 3})]


def test_what_is_known_is_not_done_again(make: Make) -> None:
    bench = make()
    known = bench.run()
    bench.names = "abcd"
    assert set(bench.run(known)) == {"mono/d"}
    assert bench.worked_on == ["d"]


def test_what_has_changed_is_done_again(make: Make) -> None:
    bench = make()
    known = bench.run()
    bench.keys = {"b": key("b", "changed")}
    assert {name: result.key for name, result in bench.run(known).items()} == {"mono/b": key("b", "changed")}


def test_a_failed_one_is_known_too_until_it_is_tried_again(make: Make) -> None:
    bench = make("ab", answer=lambda task: replace(clean(task), status=Status.FAILED, reason="x"))
    known = bench.run()
    assert bench.run(known) == {}
    del known["mono/a"]
    assert set(bench.run(known)) == {"mono/a"}


def test_nothing_to_do(make: Make) -> None:
    assert make("").run() == {}


# --- the cache -------------------------------------------------------------------------------------------------------


def test_what_is_in_the_cache_is_not_done_again(make: Make, tmp_path: Path) -> None:
    bench, cache = make(), Cache(tmp_path)
    first = bench.run(cache=cache)
    bench.keys = {"b": key("b", "changed")}
    again = bench.run(cache=cache)
    assert bench.worked_on == ["b"]
    assert again == {**first, "mono/b": replace(first["mono/b"], key=key("b", "changed"))}
    bench.run()
    assert bench.worked_on == ["a", "b", "c"]


def test_a_failed_one_is_not_put_into_the_cache(make: Make, tmp_path: Path) -> None:
    bench = make("ab", answer=lambda task: replace(clean(task), status=Status.FAILED, reason="x"))
    bench.run(cache=Cache(tmp_path))
    bench.answer = clean
    assert {result.status for result in bench.run(cache=Cache(tmp_path)).values()} == {Status.CLEAN}
    assert bench.worked_on == ["a", "b"]


def test_evidence_is_neither_taken_from_the_cache_nor_put_there(make: Make, tmp_path: Path) -> None:
    bench, verifying = make(), Order((), verify=True)
    bench.run(order=verifying, cache=Cache(tmp_path))
    assert [*tmp_path.rglob("*.json")] == []
    bench.run(cache=Cache(tmp_path))
    bench.run(order=verifying, cache=Cache(tmp_path))
    assert bench.worked_on == ["a", "b", "c"]


# --- failures --------------------------------------------------------------------------------------------------------


def test_a_batch_that_raises_costs_only_its_projects(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(task: Task) -> Result:
        if task.project.folder == "b":
            raise ConnectionError("gone " + "x" * 9999)
        return clean(task)

    bench = make("abc", answer=answer)
    monkeypatch.setattr(module, "_SIZE", 1)
    found = bench.run()
    assert {name: result.status for name, result in found.items()} == {
        "mono/a": Status.CLEAN,
        "mono/b": Status.FAILED,
        "mono/c": Status.CLEAN,
    }
    lost = found["mono/b"]
    assert lost.reason.startswith("its worker failed: ConnectionError: gone x")
    assert len(lost.reason) <= 500
    assert (lost.folder, lost.key) == ("b", key("b"))


@pytest.mark.parametrize("line", ["", "{}", "null", "[" * 99999])
def test_an_answer_that_cannot_be_read(make: Make, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    bench = make("a")
    monkeypatch.setattr(module, "run_batch", lambda lines, _: [line for _ in lines])
    (result,) = bench.run().values()
    assert result.status is Status.FAILED
    assert result.reason.startswith("its worker failed: ")


def test_a_project_without_an_answer_is_named_and_an_answer_nobody_asked_for_is_nobodys(make: Make) -> None:
    swap = {"mono/b": "mono/of-another"}
    bench = make(answer=lambda task: replace(clean(task), project=swap.get(task.project.name, task.project.name)))
    found = bench.run()
    assert set(found) == {"mono/a", "mono/b", "mono/c"}
    lost = found["mono/b"]
    assert (lost.status, lost.reason) == (Status.FAILED, "its worker gave no result")


def test_an_interruption_is_not_taken_for_a_failure(make: Make) -> None:
    make("a")

    def keep(_: Result) -> None:
        raise KeyboardInterrupt

    batch = Batch(Order(()), LIMITS, 1, keep, lambda *_: None)
    projects = [ProjectRef("mono/a", "/nowhere", "a")]
    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        batch.run(projects, {"mono/a": key("a")}, {}, executor)


# --- archives --------------------------------------------------------------------------------------------------------


def test_files_are_sent_along_only_where_asked_for(make: Make, tmp_path: Path) -> None:
    write(tmp_path / "a", CLEAN)
    bench = make("a", checkout=str(tmp_path))
    bench.run()
    assert bench.asked[0].archive == ""
    bench.run(ship=True)
    assert len(bench.asked[0].archive) > 100


def test_what_cannot_be_packed_fails_and_the_rest_goes(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write(tmp_path / name, CLEAN)
    for number in range(10):
        write(tmp_path / "b", {f"test_{number}.py": "import pytest\n"})
    monkeypatch.setattr("codemod.batch.archive.MOST_FILES", 8)
    bench = make("abc", checkout=str(tmp_path))
    found = bench.run(ship=True)
    assert bench.worked_on == ["a", "c"]
    lost = found["mono/b"]
    assert (lost.status, lost.key) == (Status.FAILED, key("b"))
    assert "files are too many for an archive" in lost.reason
    assert [told[1:] for told in bench.told][-1] == (3, 3)


def test_nothing_is_sent_where_nothing_can_be_packed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", CLEAN)
    monkeypatch.setattr("codemod.batch.archive.MOST_FILES", 0)
    bench = make("a", checkout=str(tmp_path))
    assert [result.status for result in bench.run(ship=True).values()] == [Status.FAILED]
    assert bench.batches == []


# --- order and numbers -----------------------------------------------------------------------------------------------


def test_results_are_taken_in_whatever_order_they_come(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    second_is_kept = threading.Event()

    def answer(task: Task) -> Result:
        if task.project.folder == "a":
            assert second_is_kept.wait(SECONDS)
        return clean(task)

    bench = make("ab", answer=answer)
    monkeypatch.setattr(module, "_SIZE", 1)
    kept: list[str] = []

    def keep(result: Result) -> None:
        kept.append(result.folder)
        if result.folder == "b":
            second_is_kept.set()

    projects = [ProjectRef(f"mono/{name}", "/nowhere", name) for name in "ab"]
    with ThreadPoolExecutor(2) as executor:
        batch = Batch(Order(()), LIMITS, 2, keep, lambda *_: None)
        batch.run(projects, {f"mono/{name}": key(name) for name in "ab"}, {}, executor)
    assert kept == ["b", "a"]
    assert bench.worked_on == ["a", "b"]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_all_of_many_are_done(make: Make, jobs: int) -> None:
    names = [f"p{number:03}" for number in range(100)]
    bench = make(names)
    assert sorted(bench.run(jobs=jobs)) == [f"mono/{name}" for name in names]
    assert bench.worked_on == names


def test_no_more_is_handed_over_than_workers_will_soon_do(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SIZE", 1)
    release, counts = threading.Event(), []

    class Counting(ThreadPoolExecutor):
        def submit(self, *arguments, **more):
            counts.append(1)
            return super().submit(*arguments, **more)

    def answer(task: Task) -> Result:
        assert release.wait(SECONDS)
        return clean(task)

    make("", answer=answer)
    handed: list[int] = []

    def tell(_: str, done: int, total: int) -> None:
        if not handed:
            handed.append(len(counts))
            release.set()

    names = [f"p{number}" for number in range(30)]
    projects = [ProjectRef(name, "/nowhere", "") for name in names]
    with Counting(2) as executor:
        Batch(Order(()), LIMITS, 2, lambda _: None, tell).run(projects, {n: key(n) for n in names}, {}, executor)
    assert handed == [4]
    assert len(counts) == 30


def test_what_is_told_grows_to_the_total_and_counts_what_is_known(make: Make, tmp_path: Path) -> None:
    names = [f"p{number:02}" for number in range(30)]
    bench = make(names)
    known = {name: result for name, result in bench.run(jobs=1).items() if name < "mono/p10"}
    bench.run(known, jobs=1)
    done = [told[1] for told in bench.told]
    assert done == sorted(done)
    assert (done[0], done[-1]) >= (10, 30)
    assert {told[2] for told in bench.told} == {30}
    assert bench.told[-1][0].endswith(" projects/s, 0:00 left")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599.6, "1:00:00"), (90061, "25:01:01")]
)
def test_time_left(seconds: float, shown: str) -> None:
    assert module._clock(seconds) == shown
