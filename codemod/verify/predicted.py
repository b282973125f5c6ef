"""The loops that the probe saw, held against those that the model predicts: where they differ, loopmend is wrong.

The suite is read as the versions, mode and arguments of the run make it, and simulated in the order in which its tests
really ran, one process after the other. Loops themselves have no names that both sides know, so what is compared is who
shares one: within each test, then over all tests of a process. Of a test's parameter sets the first stands for all, as
in the model.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.analysis.relations import relations
from codemod.evidence import Disagreement
from codemod.project import pytest_config
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.requirements import is_version, major_minor
from codemod.reading import discover_project, open_workspace, read_suite, silent

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

    from codemod.analysis.link import Linked
    from codemod.analysis.resolve import FixtureKey
    from codemod.analysis.suite import Suite
    from codemod.evidence import SuiteRun, TestRun
    from codemod.project.settings import Settings

_LISTED = 20
"""More disagreements than this have one cause, and a report nobody reads."""

Names = dict[str, "Hashable"]
"""The loop of the test (``test``) and of each of its fixtures (``path::qualname``)."""


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
    """Hold the loops of ``run``, which is called ``name``, against those that ``suite`` predicts."""
    known = {linked.item.id: linked for linked in suite.linked}
    found = Agreement()
    for tests in _by_process(run.tests):
        first = {plain: test for test in reversed(tests) if (plain := test.id.partition("[")[0]) in known}
        order = [known[plain] for test in tests if first.get(plain := test.id.partition("[")[0]) is test]
        of_process = _compare(suite, order, first, name)
        found = Agreement(found.compared + of_process.compared, found.disagreements + of_process.disagreements)
    return replace(found, disagreements=found.disagreements[:_LISTED])


def _by_process(tests: Iterable[TestRun]) -> list[list[TestRun]]:
    found: dict[str, list[TestRun]] = defaultdict(list)
    for test in tests:
        found[test.process].append(test)
    return list(found.values())


def _compare(suite: Suite, order: Sequence[Linked], tests: Mapping[str, TestRun], name: str) -> Agreement:
    model = suite.models[0]
    predicted = relations(suite.graph, order, suite.layout, model).loops
    pairs: dict[str, tuple[Names, Names]] = {}
    for linked in order:
        item = linked.item
        if item.id not in predicted or model.place(suite.graph, linked, suite.layout).mixed:
            continue
        expected = {_name(key): loop for key, loop in predicted[item.id].items()}
        seen = _seen(tests[item.id])
        common = sorted(expected.keys() & seen.keys())
        pairs[item.id] = {one: expected[one] for one in common}, {one: seen[one] for one in common}
    apart = [
        _disagreement(suite, name, item, *both) for item, both in pairs.items() if _groups(both[0]) != _groups(both[1])
    ]
    apart = apart or list(_over_all(suite, name, pairs))
    return Agreement(sum(len(seen) for _, seen in pairs.values()), tuple(apart))


def _name(key: FixtureKey | None) -> str:
    return "test" if key is None else f"{key.path}::{key.qualname}"


def _seen(test: TestRun) -> Names:
    found: Names = {f"{one.path}::{one.qualname}": one.setup for one in test.fixtures if one.setup is not None}
    return found | ({"test": test.loop} if test.loop is not None else {})


def _groups(names: Mapping[str, Hashable]) -> set[frozenset[str]]:
    """Return the names that share a loop, group by group."""
    found: dict[Hashable, set[str]] = defaultdict(set)
    for name, loop in names.items():
        found[loop].add(name)
    return {frozenset(group) for group in found.values()}


def _disagreement(suite: Suite, run: str, item: str, expected: Names, seen: Names) -> Disagreement:
    return Disagreement(run, item, _text(_groups(expected)), _text(_groups(seen)), tuple(_facts(suite, item)))


def _text(groups: set[frozenset[str]]) -> str:
    return " | ".join(sorted(", ".join(sorted(group)) for group in groups))


def _over_all(suite: Suite, run: str, pairs: Mapping[str, tuple[Names, Names]]) -> Iterable[Disagreement]:
    """Yield where two tests were predicted to share a loop and do not, or the other way round."""
    known: dict[tuple[bool, Hashable], tuple[Hashable, str]] = {}
    for item, (expected, seen) in pairs.items():
        for name in expected:
            where = f"{item} ({name})"
            for forward, key, value in ((True, expected[name], seen[name]), (False, seen[name], expected[name])):
                other, first = known.setdefault((forward, key), (value, where))
                if other != value:
                    shared, apart = f"shares its loop with {first}", f"does not share its loop with {first}"
                    says, saw = (shared, apart) if forward else (apart, shared)
                    yield Disagreement(run, item, f"{name} {says}", f"{name} {saw}", tuple(_facts(suite, item)))
                    return


def _facts(suite: Suite, item: str) -> Iterable[str]:
    """Yield what decides about the loops of an item, in lines: options, its marks, its fixtures."""
    options = suite.config.options
    for name in ("asyncio_mode", FIXTURE_OPTION, TEST_OPTION):
        yield f"{name} = {options[name].value}"
    linked = next(one for one in suite.linked if one.item.id == item)
    for mark in linked.item.marks:
        if mark.name == "asyncio":
            yield f"mark asyncio(loop_scope={mark.loop_scope}) in {mark.path}:{mark.span.line}"
    for key, fixture in sorted(linked.fixtures.items(), key=lambda pair: (pair[0].path, pair[0].qualname)):
        decl = fixture.decl
        kind = "async" if fixture.function.is_async else "sync"
        yield (
            f"{kind} fixture {key.path}::{key.qualname}"
            f" ({decl.factory}, scope={decl.scope}, loop_scope={decl.loop_scope}, autouse={decl.autouse})"
        )
