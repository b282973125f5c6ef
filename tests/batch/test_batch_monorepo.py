"""The made-up monorepo of benchmarks/: the same bytes each time, and every project is what it says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support import benchmarks

from codemod.errors import LoopmendError
from codemod.pipeline import analyse
from codemod.project.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.model import ProjectReport

monorepo = benchmarks.load("monorepo")
COUNT = 40
PROJECTS = monorepo.planned(COUNT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    return monorepo.write(tmp_path_factory.mktemp("monorepo") / "made", COUNT)


def test_the_same_seed_gives_the_same_commit(made, tmp_path: Path) -> None:
    again = monorepo.write(tmp_path / "again", COUNT)
    assert again.commit == made.commit
    assert monorepo.write(tmp_path / "other", 5, seed=2).commit != monorepo.write(tmp_path / "small", 5).commit


def test_a_folder_that_exists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        monorepo.write(tmp_path, COUNT)


def test_the_small_one_has_every_kind() -> None:
    kinds = {suite.kind for suite in monorepo.SUITES} | {f"hostile: {one.kind}" for one in monorepo.HOSTILITIES}
    assert {project.kind for project in PROJECTS} == kinds


def test_the_large_one_is_as_large_as_promised() -> None:
    projects = monorepo.planned(1000)
    files = [path for project in projects for path in project.files()]
    assert len({project.folder for project in projects}) == len(projects) == 1000
    assert len(set(files)) == len(files)
    assert 19_000 < sum(path.endswith(".py") for path in files) < 21_500
    assert sum(project.kind.startswith("hostile") for project in projects) == 20
    layouts = Counter(project.layout for project in projects)
    assert {layout.configuration for layout in layouts} == set(monorepo.CONFIGURATIONS)
    assert {layout.tests for layout in layouts} == {*monorepo.TEST_FOLDERS, "top"}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.kind)
def test_a_project_becomes_what_it_says(made, project) -> None:
    folder = made.folder / project.folder
    try:
        report = analyse(folder, load(folder, {}, False))
    except LoopmendError:
        assert project.status == "failed"
        return
    assert _status(report) == project.status
    assert sorted({remedy.code for remedy in report.remedies}) == sorted(project.rules)
    assert bool(report.failures) == project.unread, report.failures


def _status(report: ProjectReport) -> str:
    if report.changes:
        return "changed"
    return "findings" if report.findings else "clean"
