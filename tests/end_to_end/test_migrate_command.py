"""The demo's project through the command line, step by step, with real runs of its suite before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import git, loopmend
from support.corpus import read_tree
from support.databases import fresh_database
from support.runner import run_suite

from codemod.demo import copy_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.demo.postgres import EmbeddedPostgres


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "meetings")


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["1.1.0", "1.5.0"])
@pytest.mark.parametrize("strategy", ["auto", "share"])
def test_migrate_mends_the_suite(
    project: Path, plugin: str, strategy: str, postgres: EmbeddedPostgres, interpreter: Callable[[str], Path]
) -> None:
    python = interpreter(plugin)
    with fresh_database(postgres) as variables:
        before = run_suite(project, python, variables)
    done = loopmend(project, "migrate", "--strategy", strategy)
    with fresh_database(postgres) as variables:
        after = run_suite(project, python, variables)

    assert before.verdict == "fail"
    assert len(before.failures) == 4
    assert all(failure.startswith("teardown ") for failure in before.failures)
    assert done.returncode == 0, done.stderr.decode()
    assert after.verdict == "pass", after.log
    assert after.tests == before.tests
    assert after.leaks == ()


def test_diff_for_git_and_migrate_give_the_same(project: Path, tmp_path: Path) -> None:
    other = copy_project(tmp_path / "other")
    patch = loopmend(project, "diff")
    assert patch.returncode == 1
    assert git(project, "status", "--porcelain") == b""
    git(project, "apply", "--check", stdin=patch.stdout)
    git(project, "apply", stdin=patch.stdout)
    assert loopmend(other, "migrate").returncode == 0
    assert read_tree(project) == read_tree(other)
    assert git(project, "diff").startswith(b"diff --git ")


def test_second_migrate_changes_nothing(project: Path) -> None:
    loopmend(project, "migrate")
    git(project, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-a", "-m", "mended")
    once = read_tree(project)
    again = loopmend(project, "migrate")
    assert again.returncode == 0
    assert read_tree(project) == once
    assert loopmend(project, "diff").stdout == b""
    assert loopmend(project, "check").returncode == 0


def test_check_changes_nothing_and_says_so_by_its_status(project: Path) -> None:
    before = read_tree(project)
    assert loopmend(project, "check").returncode == 1
    assert read_tree(project) == before


def test_undo_takes_it_back(project: Path) -> None:
    before = read_tree(project)
    loopmend(project, "migrate")
    assert read_tree(project) != before
    assert loopmend(project, "undo").returncode == 0
    assert read_tree(project) == before


def test_uncommitted_changes_are_not_written_over(project: Path) -> None:
    conftest = project / "tests" / "conftest.py"
    conftest.write_text(conftest.read_text() + "\n# unfinished\n")
    before = read_tree(project)
    done = loopmend(project, "migrate")
    assert done.returncode == 2
    assert b"--allow-dirty" in done.stderr
    assert read_tree(project) == before
