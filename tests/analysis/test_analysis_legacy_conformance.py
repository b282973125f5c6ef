"""Every measured row of pytest-asyncio 0.21 to 0.26, predicted by the code that analyses projects.

The rows were measured on two packages of two modules each: one with two classes of three tests, one with two functions
outside classes. Where a row was measured on a part of the suite, only that part is built.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from analysis_tree import graph, linked

from codemod.analysis.crossings import Diagnosis, diagnose
from codemod.analysis.loops import Layout, LoopModel
from codemod.analysis.models import model_for
from codemod.analysis.resolve import FixtureKey, Graph
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.link import Linked
    from codemod.analysis.placement import LoopKey, LoopRef, Placement

DATA = Path(__file__).parents[1] / "data" / "legacy_loop_scopes.json.gz"
FX = FixtureKey("conftest.py", "fx")
VERSIONS = {"0.21.2": 25, "0.23.8": 156, "0.24.0": 120, "0.25.3": 120, "0.26.0": 1185}
REFUSED = {"0.23.8": 6, "0.26.0": 68}
BY_FILES = "run by naming files, where no module of a package carries its loop; a suite is read as a whole"
Row = dict[str, Any]


@cache
def rows() -> dict[str, list[Row]]:
    """Return the measured rows by version."""
    data = json.loads(gzip.decompress(DATA.read_bytes()))
    found: dict[str, list[Row]] = {}
    for values in data["rows"]:
        row = dict(zip(data["columns"], values, strict=True))
        found.setdefault(row["version"], []).append(row)
    return found


def refused(row: Row) -> str:
    """Return why a row is not predicted, "" for the others."""
    failed = {"collect:other", "setup:fixture '"} & {*row["errors"]}
    return BY_FILES if row["files"] != "all" and failed and "package" in scopes_of(row) else ""


def scopes_of(row: Row) -> set[str | None]:
    asked = row["mark_loop_scope"] or row["default_test_loop_scope"]
    return {asked, row["fixture_loop_scope"] or row["default_fixture_loop_scope"] or row["fixture_scope"]}


# --- the suite of a row -------------------------------------------------------------------------------------------


class Source(NamedTuple):
    """What of a row is written in Python; rows that differ in options only share it."""

    mode: str
    decorator: str
    kind: str
    cache: str
    loop: str | None
    mark: str | None
    keyword: str
    files: str


def source(row: Row) -> Source:
    mark = row["mark_loop_scope"] or ("" if row["mode"] == "strict" else None)
    keyword = "scope" if row["version"] == "0.23.8" else "loop_scope"
    fixture = (row["decorator"], row["fixture_kind"], row["fixture_scope"], row["fixture_loop_scope"])
    return Source(row["mode"], *fixture, mark, keyword, row["files"])


@cache
def suite(key: Source) -> tuple[Graph, tuple[Linked, ...]]:
    found = graph({"conftest.py": conftest(key), **modules(key.mark, key.keyword, key.files)}, key.mode)
    return found, linked(found)


def conftest(key: Source) -> str:
    loop = f", loop_scope={key.loop!r}" if key.loop else ""
    last = "yield" if key.kind == "asyncgen" else "return"
    decorator = f"@{key.decorator}.fixture(scope={key.cache!r}{loop})"
    return f"import {key.decorator}\n\n{decorator}\nasync def fx():\n    {last} 1\n"


@cache
def modules(mark: str | None, keyword: str, files: str) -> dict[str, str]:
    call = "" if mark is None else f"@pytest.mark.asyncio({keyword}={mark!r})" if mark else "@pytest.mark.asyncio"

    def functions(argument: str, *names: str) -> list[str]:
        return [line for name in names for line in (call, f"async def test_{name}({argument}fx):", "    pass")]

    def class_(name: str, *tests: str) -> list[str]:
        return [f"class {name}:", *(f"    {line}" for line in functions("self, ", *tests))]

    in_class = "\n".join(["import pytest", *class_("TestA", "a1", "a2"), *class_("TestB", "b1")])
    free = "\n".join(["import pytest", *functions("", "free1", "free2")])
    found = {f"{package}/__init__.py": "" for package in ("p1", "p2")}
    if files != "free":
        found |= {"p1/test_1class.py": in_class, "p2/test_3class.py": in_class}
    if files != "in_class":
        found |= {"p1/test_2free.py": free, "p2/test_4free.py": free}
    return found


def layout(row: Row) -> Layout:
    return Layout(
        fixture_default=Scope.parse(row["default_fixture_loop_scope"] or ""),
        test_default=Scope.parse(row["default_test_loop_scope"] or "") or Scope.FUNCTION,
    )


# --- a row, predicted ---------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One test of a row that is not refused, and where it was placed."""

    one: Linked
    at: Placement
    asked: Scope


def differences(row: Row, model: LoopModel) -> list[str]:
    """Return what the model says otherwise than the row."""
    found, all_linked = suite(source(row))
    now = layout(row)
    error = first_error(diagnose(found, all_linked, now, model))
    measured = row["errors"][0].partition(":")[2] if row["errors"] else ""
    # The oracle cuts its word for a missing loop fixture short.
    if error.replace("<event_loop>' not found", "fixture '") != measured:
        return [f"predicted error {error!r}, measured {measured!r}"]
    places = [(one, model.place(found, one, now)) for one in all_linked]
    fails = error == "ScopeMismatch"
    runs = [Run(one, at, asked(one, now, model)) for one, at in places if not at.refusals and not fails]
    if row["errors"] and row["errors"][0].startswith("collect:"):
        runs = []  # pytest stops there
    checks = {"tests run": (len(runs), row["tests_run"]), **loops_of_tests(row, runs)}
    if any(FX in run.at.loops for run in runs) or row["fixture_loop"]:
        checks |= loops_of_fixtures(row, runs)
    return [f"{what}: predicted {said}, measured {was}" for what, (said, was) in checks.items() if said != was]


def first_error(found: Diagnosis) -> str:
    """Return the error pytest reports: of collection before those of set-up."""
    kinds = [refusal.kind for _, refusal in sorted(found.refusals, key=lambda pair: pair[1].fixture is not None)]
    return next(iter(kinds), "ScopeMismatch" if found.mismatches else "")


def asked(one: Linked, now: Layout, model: LoopModel) -> Scope:
    scope = getattr(model, "asked", lambda item, layout: Scope.FUNCTION)(one.item, now)
    assert isinstance(scope, Scope)
    return scope


def key(run: Run, loop: LoopRef | None) -> LoopKey:
    assert loop is not None
    return loop.key(run.one.item, 0)


def instances(runs: list[Run]) -> list[LoopKey]:
    """Return the loop of the fixture's value each test gets: a package-scoped value is made for the first of all."""
    found = [key(run, run.at.loops[FX]) for run in runs]
    return found[:1] * len(found) if runs and runs[0].one.fixtures[FX].scope is Scope.PACKAGE else found


def loops_of_fixtures(row: Row, runs: list[Run]) -> dict[str, tuple[object, object]]:
    used = instances(runs)
    return {
        "fixture loop": ({loop[0] for loop in used}, {*row["fixture_loop"]}),
        "fixture loops": (len({*used}), row["fixture_distinct_loops"]),
        **({} if any(run.at.mixed for run in runs) else {"same loop": (same(runs), measured_same(row))}),
    }


def loops_of_tests(row: Row, runs: list[Run]) -> dict[str, tuple[object, object]]:
    """Return what is said and what was measured of the tests' own loops."""
    measured = {*row["test_loop_in_class"], *row["test_loop_free"]}
    if any(run.at.mixed for run in runs):
        said = {word for run in runs for word in (words([run])[0], run.asked.word if run.at.mixed else words([run])[0])}
        return {"order-dependent": (said, measured), "mixed": (True, len(measured) > 1)}
    parts = (inside(runs, True), inside(runs, False))
    return {
        "test loop in class": (words(parts[0]), row["test_loop_in_class"]),
        "test loop outside": (words(parts[1]), row["test_loop_free"]),
        "test loops": (len({key(run, run.at.test_loop) for run in runs}), row["test_distinct_loops"]),
    }


def inside(runs: list[Run], in_class: bool) -> list[Run]:
    return [run for run in runs if bool(run.one.item.classes) is in_class]


def words(runs: list[Run]) -> list[str]:
    return sorted({run.at.test.word for run in runs if run.at.test is not None})


def same(runs: list[Run]) -> list[object]:
    """Return for tests in classes and outside whether all, none or ("mixed") some run on their fixture's loop."""
    found: list[object] = []
    pairs = list(zip(runs, instances(runs), strict=True))
    for in_class in (True, False):
        each = {key(r, r.at.test_loop) == loop for r, loop in pairs if bool(r.one.item.classes) is in_class}
        found.append(None if not each else "mixed" if len(each) > 1 else each == {True})
    return found


def measured_same(row: Row) -> list[object]:
    return [row["same_loop_in_class"], row["same_loop_free"]]


def version_score(version: str) -> tuple[Counter[str], list[str]]:
    """Return how many rows came out how, and what was wrong."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    model = model_for(version)
    for row in rows()[version]:
        found = [] if refused(row) else differences(row, model)
        counts["wrong" if found else refused(row) or "right"] += 1
        if found:
            wrong.append(f"{source(row)} {row['default_fixture_loop_scope']}/{row['default_test_loop_scope']}: {found}")
    return counts, wrong


@pytest.mark.parametrize("version", list(VERSIONS))
def test_every_row_of_a_version_is_predicted_or_refused_for_a_reason(version: str) -> None:
    counts, wrong = version_score(version)
    print(f"\npytest-asyncio {version}: {dict(counts)} of {counts.total()} rows")  # noqa: T201
    assert not wrong, "\n".join(wrong[:10])
    assert counts[BY_FILES] == REFUSED.get(version, 0)


def test_all_measured_versions_are_compared() -> None:
    assert {version: len(found) for version, found in rows().items()} == VERSIONS


def test_a_wrong_row_is_noticed() -> None:
    model = model_for("0.26.0")
    row = next(r for r in rows()["0.26.0"] if r["same_loop_free"] is True and r["fixture_loop"] == ["session"])
    assert not differences(row, model)
    for change in (
        {"fixture_loop": ["module"]},
        {"fixture_distinct_loops": 2},
        {"test_loop_free": ["function"]},
        {"same_loop_in_class": False},
        {"test_distinct_loops": 4},
        {"tests_run": 9},
        {"errors": ["setup:ScopeMismatch"]},
        {"errors": ["collect:MultipleEventLoopsRequestedError"]},
    ):
        assert differences({**row, **change}, model)


@pytest.mark.parametrize(("version", "other"), [("0.21.2", "0.23.8"), ("0.23.8", "0.26.0"), ("0.26.0", "1.0.0")])
def test_the_models_differ_where_the_versions_do(version: str, other: str) -> None:
    assert [row for row in rows()[version] if not refused(row) and differences(row, model_for(other))]
