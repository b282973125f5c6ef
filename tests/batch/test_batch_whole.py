"""A whole batch over the made-up monorepo: every project ends as it should, and the patches make it whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support import benchmarks, command

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
monorepo = benchmarks.load("monorepo")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    return monorepo.write(tmp_path_factory.mktemp("whole") / "made", 40)


@pytest.fixture(scope="module")
def out(made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _batch(made.folder, tmp_path_factory.mktemp("whole") / "out")


def _batch(root: Path, out: Path) -> Path:
    done = command.loopmend(out.parent, "batch", "run", str(root), "--out", str(out), "--jobs", "2", "--no-cache")
    # 5: projects of two hostile kinds cannot be read at all.
    assert done.returncode == 5, done.stderr.decode()
    return out


def _projects(out: Path) -> dict[str, dict[str, Any]]:
    return {project["folder"]: project for project in json.loads((out / "results.json").read_text())["projects"]}


def test_every_project_ends_as_it_should(made, out: Path) -> None:
    # What is in a folder that no report can name is read by nobody, and the top says so.
    expected = {p.folder: p.status for p in made.projects if p.folder.isprintable() or p.folder.isascii()}
    assert len(expected) == len(made.projects) - 1
    assert {folder: project["status"] for folder, project in _projects(out).items()} == expected


def test_nothing_is_written_into_the_checkout(made, out: Path) -> None:
    names = command.git(made.folder, "ls-files", "-z", "--modified", "--others", "--exclude-standard")
    # git does not look at links to devices, and shows what a user without its rights cannot read as modified.
    assert [name for name in names.split(b"\0") if name and b"test_locked" not in name] == []


def test_the_patches_apply_in_any_order_and_nothing_is_left_to_change(made, out: Path, tmp_path: Path) -> None:
    mended = monorepo.write(tmp_path / "made", 40).folder
    patches = sorted((out / "patches").glob("*.patch"))
    assert len(patches) == sum(project.status == "changed" for project in made.projects) - 1
    for patch in reversed(patches):
        command.git(mended, "apply", str(patch))
    after = _projects(_batch(mended, tmp_path / "again"))
    assert [folder for folder, project in after.items() if project["status"] == "changed"] == []
