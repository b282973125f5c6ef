"""Suites by chance under real pytest: every loop the probe sees is the predicted one."""

from __future__ import annotations

import os
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from support import venvs
from support.runner import run_suite
from support.scoped_trees import tree
from support.suites import write

from codemod.analysis.placement import MULTIPLE_LOOPS, NOT_PART_OF
from codemod.project.settings import Settings
from codemod.reading import discover_project, open_workspace, read_suite, silent
from codemod.verify.predicted import compare_loops, read_as_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.verify.predicted import Agreement

pytestmark = pytest.mark.slow

TREES = 15
LEAST = {"1.5.0": 400, "1.1.0": 350, "0.26.0": 250, "0.23.8": 100}
"""Loops to be compared at the least: until 1.2 many tests run on whichever loop is the current one."""


@pytest.mark.parametrize("version", LEAST)
def test_loops_are_the_predicted_ones(tmp_path: Path, interpreter: Callable[[str], Path], version: str) -> None:
    python = interpreter(version)

    def agreement(seed: int) -> Agreement:
        folder = tmp_path / str(seed)
        write(folder, tree(random.Random(seed), version))
        keep_collectable(folder, version)
        seen = run_suite(folder, python, venvs.variables(version)).seen
        assert seen.collect_errors == ()
        suite = read_as_run(folder, Settings(), seen)
        assert suite is not None
        return compare_loops(suite, seen, str(seed))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(agreement, range(TREES)))
    assert [one for each in found for one in each.disagreements] == []
    assert sum(each.compared for each in found) >= LEAST[version]


def keep_collectable(folder: Path, version: str) -> None:
    """Remove the test files for which nothing would run: pytest-asyncio before 1.0 refuses to collect them."""
    refused = {""}
    while refused:
        project = discover_project(folder, Settings(source=version, target="current"), silent)
        suite = read_suite(project, open_workspace(project))
        assert suite is not None
        refusals = suite.diagnose().refusals
        refused = {item.path for item, refusal in refusals if refusal.kind in (MULTIPLE_LOOPS, NOT_PART_OF)}
        for path in refused:
            (folder / path).unlink()
    for package in ("p/q", "p", "r"):
        # A package without tests would take the place of the next one in the queue of loops (0.23 to 0.26).
        if not [*(folder / package).rglob("test_*.py")]:
            shutil.rmtree(folder / package)
