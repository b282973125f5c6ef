"""Migrated suites by chance: who shared a loop on 0.21 still does, in the model and under real pytest."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import venvs
from support.legacy_trees import tree
from support.loops import same_loops
from support.runner import run_suite
from support.suites import old_suite

from codemod.analysis.relations import difference, relations
from codemod.pipeline import analyse
from codemod.project.settings import Settings
from codemod.source.write import apply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemod.analysis.suite import Suite

OLD, NEW = "0.21.2", "1.5.0"
SEEDS = (3, 4, 9, 14, 15, 20, 27, 33, 51, 52, 55, 75)
"""Trees with a wide override whose loops can be kept; in most of them marks are added."""


def migrated(folder: Path, files: Mapping[str, str]) -> tuple[Suite, bool]:
    """Write a suite, migrate it in place, and return it as it was and whether its loops could be kept."""
    suite = old_suite(folder, files, OLD)
    kept = suite.translation is not None and suite.translation.layout is not None
    if kept:
        apply(folder, analyse(folder, Settings(source=OLD)).changes)
    return suite, kept


def read_again(folder: Path) -> Suite:
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py"))]
    ini = (folder / "pytest.ini").read_text()
    return old_suite(folder, {"pytest.ini": ini} | {n: "" for n in names if not n.endswith(".py")}, NEW)


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_result_read_again_has_the_same_relations(chance: random.Random) -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        suite, kept = migrated(folder, tree(chance))
        if not kept:
            assert suite.translation is not None
            assert suite.translation.reason
            return
        after = read_again(folder)
        assert "event_loop" not in after.graph.registrations
        assert difference(_relations(suite), _relations(after), (one.item for one in suite.linked)) is None


def _relations(suite: Suite):
    return relations(suite.graph, suite.linked, suite.layout, suite.models[0])


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_real_loops_are_shared_as_before(tmp_path: Path, interpreter: Callable[[str], Path], seed: int) -> None:
    folder = tmp_path / "suite"
    files = tree(random.Random(seed))
    old_suite(folder, files, OLD)
    before = run_suite(folder, interpreter(OLD), venvs.variables(OLD))
    _, kept = migrated(folder, files)
    assert kept
    after = run_suite(folder, interpreter(NEW), venvs.variables(NEW))
    assert before.passed
    assert set(before.passed) <= set(after.passed), after.log
    assert same_loops(before, after) == ()
