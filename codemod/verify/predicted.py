"""The loops that the probe saw, held against those that the model predicts: where they differ, loopmend is wrong.

The suite is read as the versions, mode and arguments of the run make it, and simulated in the order in which its tests
really ran, one process after the other. Loops themselves have no names that both sides know, so what is compared is who
shares one: the test, its fixtures and their teardowns within each test, then over all tests of a process. A test that
passed must have started a loop where one is predicted, and must not be one that pytest is said to refuse; of any other
test counts what was seen of it.

Left out, because nothing is predicted or the probe cannot tell: sync tests and fixtures, which start whatever loop they
like, if any; what is run by unittest or by other plugins; tests for which a scope is computed; until 1.2 the loop of a
test that runs on whichever is the current one (analysis/order.py; its fixtures count). Of a test's parameter sets the
first stands for all, as in the model: fixtures with parameters have values that the model does not tell apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.analysis.order import unsettled
from codemod.analysis.relations import relations
from codemod.evidence import Disagreement, Outcome
from codemod.project import pytest_config
from codemod.project.requirements import is_version, major_minor
from codemod.reading import discover_project, open_workspace, read_suite, silent
from codemod.verify.reported import Reported

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from codemod.analysis.link import Linked
    from codemod.analysis.placement import LoopKey
    from codemod.analysis.relations import Loops
    from codemod.analysis.suite import Suite
    from codemod.evidence import SuiteRun, TestRun
    from codemod.project.settings import Settings

_LISTED = 20
"""More disagreements than this have one cause, and a report nobody reads."""

_NONE = "no loop"
_TEARDOWN = "teardown of "

Predicted = dict[str, "LoopKey"]
Seen = dict[str, int | None]
"""The loop of the test (``test``), of each of its fixtures (``path::qualname``) and of their teardowns."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many loops were compared, and where the model was wrong."""

    compared: int = 0
    disagreements: tuple[Disagreement, ...] = ()


def read_as_run(folder: Path, settings: Settings, run: SuiteRun, arguments: Sequence[str] = ()) -> Suite | None:
    """Return the suite in ``folder`` as ``run`` had it, with pytest's ``arguments``; None where there is no telling.

    Raises as ``pipeline.analyse`` does.
    """
    plugin, pytest = run.version("pytest-asyncio"), run.version("pytest")
    if not is_version(plugin) or not is_version(pytest):
        return None
    as_run = replace(settings, source=plugin, target="current", keep_compat=None)
    project = discover_project(folder, as_run, silent)
    config = pytest_config.resolve(folder, major_minor(pytest), tuple(arguments))
    project = replace(project, config=config)
    return read_suite(project, open_workspace(project))


def compare_loops(suite: Suite, run: SuiteRun, name: str) -> Agreement:
    """Hold the loops of ``run``, which is called ``name``, against those that ``suite`` predicts.

    Where the mode of the run is not the predicted one that is all there is to say.
    """
    if run.mode and run.mode != suite.graph.mode:
        facts = tuple(Reported(suite).options())
        said, was = (f"asyncio mode {mode}" for mode in (suite.graph.mode, run.mode))
        return Agreement(0, (Disagreement(name, "every test", said, was, facts),))
    known = {linked.item.id: linked for linked in suite.linked}
    found = Agreement()
    for tests in _by_process(run.tests):
        first = {plain: test for test in reversed(tests) if (plain := test.id.partition("[")[0]) in known}
        order = [known[plain] for test in tests if first.get(plain := test.id.partition("[")[0]) is test]
        of_process = _Process(suite, order, first, name).agreement()
        found = Agreement(found.compared + of_process.compared, found.disagreements + of_process.disagreements)
    return replace(found, disagreements=found.disagreements[:_LISTED])


def _by_process(tests: Iterable[TestRun]) -> list[list[TestRun]]:
    found: dict[str, list[TestRun]] = defaultdict(list)
    for test in tests:
        found[test.process].append(test)
    return list(found.values())


@dataclass(slots=True)
class _Process:
    """The tests of one process, in the order in which they began, and what was seen of each."""

    suite: Suite
    order: Sequence[Linked]
    tests: Mapping[str, TestRun]
    run: str
    pairs: dict[str, tuple[Predicted, Seen]] = field(default_factory=dict)
    """The predicted and the seen loops of each test, of what has both."""

    def agreement(self) -> Agreement:
        """Compare test by test; all of them together only where that shows nothing."""
        suite, model = self.suite, self.suite.models[0]
        predicted = relations(suite.graph, self.order, suite.layout, model).loops
        left_out = unsettled(suite.graph, self.order, suite.layout, model)
        for linked in self.order:
            item = linked.item.id
            if item in predicted:
                self.pairs[item] = self._pair(linked, predicted[item], item not in left_out)
        wrong = [*self._each()] or [*self._over_all()]
        return Agreement(sum(len(seen) for _, seen in self.pairs.values()), tuple(wrong))

    def _each(self) -> Iterator[Disagreement]:
        """Yield the tests that did not fall into the predicted groups, and those that should have been refused."""
        for linked in self.order:
            item = linked.item.id
            if item in self.pairs:
                expected, seen = _groups(self.pairs[item][0]), _groups(self.pairs[item][1])
                if expected != seen:
                    yield self._wrong(_text(expected), _text(seen), item)
            elif self.tests[item].outcome is Outcome.PASSED and (why := self._refusal(linked)):
                yield self._wrong(f"pytest refuses it: {why}", "it passed", item)

    def _pair(self, linked: Linked, loops: Loops, settled: bool) -> tuple[Predicted, Seen]:
        """Return the predicted and the seen loops of what has both; that of the test only where it is ``settled``."""
        expected: Predicted = {}
        for key, loop in loops.items():
            if key is None:
                expected |= {"test": loop} if settled else {}
            elif linked.fixtures[key].function.is_async:
                name = f"{key.path}::{key.qualname}"
                expected |= {name: loop, _TEARDOWN + name: loop}
        seen = _seen(self.tests[linked.item.id])
        common = sorted(expected.keys() & seen.keys())
        return {one: expected[one] for one in common}, {one: seen[one] for one in common}

    def _refusal(self, linked: Linked) -> str:
        """Return why an item for which no loops are predicted is refused, "" where its loops are merely unknown."""
        suite = self.suite
        at = suite.models[0].place(suite.graph, linked, suite.layout)
        if at.refusals:
            return at.refusals[0].kind
        lives = [suite.layout.cache_scope(linked.fixtures[key]) for key in at.loops]
        return "" if at.unknown or at.unknown_test or None in lives else "ScopeMismatch"

    def _over_all(self) -> Iterator[Disagreement]:
        """Yield where two tests were predicted to share a loop and do not, or the other way round."""
        known: dict[tuple[bool, Hashable], tuple[Hashable, str, str]] = {}
        for item, (expected, seen) in self.pairs.items():
            for name in expected:
                for forward, key, value in ((True, expected[name], seen[name]), (False, seen[name], expected[name])):
                    other, first, its = known.setdefault((forward, key), (value, item, name))
                    if other != value:
                        shared, apart = (f"{name} {how} its loop with {first} ({its})" for how in _SHARES)
                        said, was = (shared, apart) if forward else (apart, shared)
                        yield self._wrong(said, was, item, first)
                        return

    def _wrong(self, said: str, was: str, item: str, *others: str) -> Disagreement:
        loops = {one: _lines(*self.pairs[one]) for one in (item, *others) if one in self.pairs}
        facts = Reported(self.suite, self.order, loops).lines(item, *others)
        return Disagreement(self.run, item, said, was, tuple(facts))


_SHARES = ("shares", "does not share")


def _seen(test: TestRun) -> Seen:
    """Return the loops of a test; None where a loop should have been started, for the test passed."""
    passed = test.outcome is Outcome.PASSED
    found: Seen = {"test": test.loop} if passed or test.loop is not None else {}
    for one in test.fixtures:
        name = f"{one.path}::{one.qualname}"
        found |= {name: one.setup} if passed or one.setup is not None else {}
        found |= {_TEARDOWN + name: one.teardown} if one.teardown is not None else {}
    return found


def _groups(names: Mapping[str, Hashable]) -> set[frozenset[str]]:
    """Return the names that share a loop, group by group; those without one are in a group that says so."""
    found: dict[Hashable, set[str]] = defaultdict(set)
    for name, loop in names.items():
        found[loop] |= {name, _NONE} if loop is None else {name}
    return {frozenset(group) for group in found.values()}


def _text(groups: set[frozenset[str]]) -> str:
    """Return groups in one line, with a teardown only where it was not on the loop of its fixture."""
    short = [[one for one in group if one.removeprefix(_TEARDOWN) not in group - {one}] for group in groups]
    return " | ".join(sorted(", ".join(sorted(group)) for group in short))


def _lines(expected: Predicted, seen: Seen) -> list[str]:
    """Return the loops of a test one by one: the words that tell predicted ones apart, the numbers of the seen ones."""
    lines = {
        name: f"predicted {' '.join(loop)}, seen {_NONE if seen[name] is None else f'loop {seen[name]}'}"
        for name, loop in expected.items()
    }
    of_fixture = {_TEARDOWN + name: line for name, line in lines.items()}
    return [f"{name}: {line}" for name, line in lines.items() if of_fixture.get(name) != line]
