"""Our items and closures against pytest's own, over many generated projects run by pytest in one other process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from analysis_tree import graph, items, meanings
from graph_trees import trees
from hypothesis import HealthCheck, Phase, given, settings

EXAMPLES = 40
PROBE = Path(__file__).with_name("graph_probe.py")
Tree = dict[str, str]


def generated(count: int) -> list[Tree]:
    """Return ``count`` projects, the same in every run."""
    found: list[Tree] = []

    @settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(trees())
    def gather(tree: Tree) -> None:
        found.append(tree)

    gather()
    return found


def by_pytest(written: list[Tree], folder: Path) -> list[dict[str, Any]]:
    """Write the projects below ``folder`` and return what pytest made of each."""
    folders = []
    for number, tree in enumerate(written):
        root = folder / f"tree{number}"
        for path, text in tree.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        folders.append(str(root))
    done = subprocess.run([sys.executable, str(PROBE), *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return [found[root] for root in folders]


def compare(tree: Tree, real: dict[str, Any]) -> list[str]:
    """Return where our graph of a project differs from pytest's."""
    found = graph(tree)
    ours = items(found)
    wrong = [f"only ours: {name}" for name in sorted(set(ours) - set(real["items"]))]
    wrong += [f"only pytest's: {name}" for name in sorted(set(real["items"]) - set(ours))]
    for name, meant in real["meanings"].items():
        if name in ours and (said := meanings(found, name)) != meant:
            keys = [key for key in sorted({*said, *meant}) if said.get(key) != meant.get(key)]
            wrong += [f"{name}: {key}: ours {said.get(key)}, pytest's {meant.get(key)}" for key in keys]
    return wrong


def shown(tree: Tree, wrong: list[str]) -> str:
    return "\n".join([*wrong, *(f"--- {path}\n{text}" for path, text in tree.items())])


@pytest.mark.slow
def test_items_and_closures_are_those_of_pytest(tmp_path: Path) -> None:
    written = generated(EXAMPLES)
    real = by_pytest(written, tmp_path)
    assert not [one["problems"] for one in real if one["problems"]]
    compared = sum(len(one["meanings"]) for one in real)
    names = sum(len(found) for one in real for found in one["meanings"].values())
    print(f"\n{len(written)} projects, {compared} items, {names} names")  # noqa: T201
    assert len(written) == EXAMPLES
    assert names > 10 * EXAMPLES  # the comparison is not about nothing
    failures = [shown(tree, wrong) for tree, one in zip(written, real, strict=True) if (wrong := compare(tree, one))]
    assert not failures, f"{len(failures)} projects differ; the first:\n{failures[0]}"
