"""Every measured row of pytest-asyncio 1.0 to 1.5, predicted by the code that analyses projects.

The rows were measured on a suite of four modules: three classes with five tests, and five functions outside classes.
Here a suite of the same shape is built as text, read, resolved, linked and placed on loops.
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

from codemod.analysis.crossings import diagnose
from codemod.analysis.loops import Layout, LoopModel
from codemod.analysis.models import model_for
from codemod.analysis.placement import LoopKey, Placement, loop_key
from codemod.analysis.resolve import FixtureKey, Graph
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.link import Linked

DATA = Path(__file__).parents[1] / "data" / "loop_scopes.json.gz"
FX = FixtureKey("conftest.py", "fx")
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


# --- the suite of a row -------------------------------------------------------------------------------------------


class Source(NamedTuple):
    """What of a row is written in Python; rows that differ in options only share it."""

    mode: str
    decorator: str
    kind: str
    cache: str
    loop: str | None
    mark: str | None


def source(row: Row) -> Source:
    mark = row["mark_loop_scope"] or ("" if row["mode"] == "strict" else None)
    return Source(
        row["mode"], row["decorator"], row["fixture_kind"], row["fixture_scope"], row["fixture_loop_scope"], mark
    )


@cache
def suite(key: Source) -> tuple[Graph, tuple[Linked, ...]]:
    found = graph({"conftest.py": conftest(key), **modules(key.mark)}, key.mode)
    return found, linked(found)


def conftest(key: Source) -> str:
    loop = f", loop_scope={key.loop!r}" if key.loop else ""
    last = "yield" if key.kind == "asyncgen" else "return"
    decorator = f"@{key.decorator}.fixture(scope={key.cache!r}{loop})"
    return f"import {key.decorator}\n\n{decorator}\nasync def fx():\n    {last} 1\n"


@cache
def modules(mark: str | None) -> dict[str, str]:
    written = "" if mark is None else f"@pytest.mark.asyncio(loop_scope={mark!r})" if mark else "@pytest.mark.asyncio"

    def functions(*names: str) -> str:
        return "".join(f"{written}\nasync def test_{name}(fx):\n    pass\n" for name in names)

    def class_(name: str, *tests: str) -> str:
        lines = functions(*tests).replace("(fx)", "(self, fx)").splitlines()
        return f"class {name}:\n" + "".join(f"    {line}\n" for line in lines)

    head = "import pytest\n"
    return {
        "p/test_1.py": head + class_("TestA", "a1", "a2") + class_("TestB", "b1"),
        "p/test_2.py": head + functions("free1", "free2", "free3"),
        "p/test_3.py": head + class_("TestA", "a1", "a2"),
        "q/test_4.py": head + functions("free1", "free2"),
    }


def layout(row: Row) -> Layout:
    return Layout(
        fixture_default=Scope.parse(row["default_fixture_loop_scope"] or ""),
        test_default=Scope.parse(row["default_test_loop_scope"] or "") or Scope.FUNCTION,
    )


# --- a row, predicted ---------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """One test of a row: where it was placed, and whether its order decides that."""

    one: Linked
    at: Placement
    mixed: bool
    asked: Scope


def differences(row: Row, model: LoopModel) -> list[str]:
    """Return what the model says otherwise than the row."""
    found, all_linked = suite(source(row))
    now = layout(row)
    mismatch = bool(diagnose(found, all_linked, now, model).mismatches)
    if mismatch or "setup:ScopeMismatch" in row["errors"]:
        return [] if mismatch == ("setup:ScopeMismatch" in row["errors"]) else [f"ScopeMismatch predicted: {mismatch}"]
    runs = [run(found, one, now, model) for one in all_linked]
    handled = {run.at.fixtures.get(FX) for run in runs} != {None}
    if not handled:
        return unhandled(row, runs)
    checks = {
        "fixture loop": ({r.at.fixtures[FX].word for r in runs}, set(row["fixture_loop"])),
        "fixture loops": (len({key(r, r.at.fixtures[FX]) for r in runs}), row["fixture_distinct_loops"]),
        **loops_of_tests(row, runs),
    }
    return [f"{what}: predicted {said}, measured {was}" for what, (said, was) in checks.items() if said != was]


def run(found: Graph, one: Linked, now: Layout, model: LoopModel) -> Run:
    at = model.place(found, one, now)
    asked = model_for("1.5.0").test_scope(one.item, now, ())
    assert asked is not None
    return Run(one, at, model.order_dependent(one.item, now, at.fixtures.values()), asked)


def key(run: Run, scope: Scope | None) -> LoopKey:
    assert scope is not None
    return loop_key(scope, run.one.item, 0)


def loops_of_tests(row: Row, runs: list[Run]) -> dict[str, tuple[object, object]]:
    """Return what is said and what was measured of the tests' own loops."""
    measured = {*row["test_loop_in_class"], *row["test_loop_free"]}
    if any(r.mixed for r in runs):
        return order_dependent(row, runs, measured)
    in_class = [r for r in runs if r.one.item.classes]
    free = [r for r in runs if not r.one.item.classes]
    return {
        "test loop in class": (words(in_class), row["test_loop_in_class"]),
        "test loop outside": (words(free), row["test_loop_free"]),
        "test loops": (len({key(r, r.at.test) for r in runs}), row["test_distinct_loops"]),
        "same loop": ([one_loop(in_class), one_loop(free)], same(row)),
    }


def order_dependent(row: Row, runs: list[Run], measured: set[str]) -> dict[str, tuple[object, object]]:
    """Return what is said and measured where a test runs on one of two loops, whichever tests ran before it."""
    said = {scope.word for r in runs for scope in (r.at.test, r.asked if r.mixed else r.at.test) if scope is not None}
    if said == {"package", "session"}:
        # Both are made once a run, so the run's first test decides; the measured suite has but one first test.
        return {"order-dependent": ({"session"}, measured)}
    return {"order-dependent": (said, measured), "mixed": (True, len(measured) > 1)}


def same(row: Row) -> list[object]:
    return [row["same_loop_in_class"], row["same_loop_free"]]


def words(runs: list[Run]) -> list[str]:
    return sorted({r.at.test.word for r in runs if r.at.test is not None})


def one_loop(runs: list[Run]) -> bool:
    return all(key(r, r.at.test) == key(r, r.at.fixtures[FX]) for r in runs)


def unhandled(row: Row, runs: list[Run]) -> list[str]:
    """Return what is wrong with a row whose fixture pytest-asyncio must not run (strict mode, plain decorator)."""
    if row["fixture_loop"]:
        return ["the fixture was run"]
    if row["errors"]:  # pytest 9 refuses such a fixture; the tests did not run
        return [] if row["errors"][0].startswith("setup:fixture") else [str(row["errors"])]
    said, measured = words(runs), sorted({*row["test_loop_in_class"], *row["test_loop_free"]})
    return [] if said == measured else [f"test loop: predicted {said}, measured {measured}"]


def version_score(version: str) -> tuple[Counter[str], list[str]]:
    """Return how many rows came out how, and what was wrong."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    model = model_for(version)
    for row in rows()[version]:
        found = differences(row, model)
        counts["wrong" if found else "right"] += 1
        if found:
            wrong.append(f"{source(row)} {row['default_fixture_loop_scope']}/{row['default_test_loop_scope']}: {found}")
    return counts, wrong


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.1", "1.5.0"])
def test_every_row_of_a_version_is_predicted(version: str) -> None:
    counts, wrong = version_score(version)
    print(f"\npytest-asyncio {version}: {counts['right']} of {counts.total()} rows")  # noqa: T201
    assert not wrong, "\n".join(wrong[:10])


def test_all_measured_versions_are_compared() -> None:
    assert {version: len(found) for version, found in rows().items()} == {
        "1.0.0": 1040,
        "1.1.0": 183,
        "1.2.0": 183,
        "1.3.0": 183,
        "1.4.1": 183,
        "1.5.0": 1435,
    }


def test_the_models_differ_where_the_versions_do() -> None:
    newest = model_for("1.5.0")
    found = [row for row in rows()["1.0.0"] if differences(row, newest)]
    assert found
    assert all("mixed" in same(row) or row["test_loop_free"] != row["test_loop_in_class"] for row in found)


def test_a_wrong_row_is_noticed() -> None:
    model = model_for("1.5.0")
    row = next(r for r in rows()["1.5.0"] if r["same_loop_free"] is True and r["fixture_loop"] == ["session"])
    for change in (
        {"fixture_loop": ["module"]},
        {"test_loop_free": ["function"]},
        {"same_loop_in_class": False},
        {"test_distinct_loops": 4},
        {"errors": ["setup:ScopeMismatch"]},
    ):
        assert differences({**row, **change}, model)
