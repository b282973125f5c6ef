"""The demo's suite is verified with its real database."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from support.command import git, loopmend
from support.corpus import read_tree
from support.databases import fresh_database

from codemod.demo import copy_project

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.demo.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow


def test_the_demo_gets_better(tmp_path: Path, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    project = copy_project(tmp_path / "meetings")
    before = read_tree(project)
    with fresh_database(postgres) as variables:
        given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        done = loopmend(project, "verify", *given, "--evidence", "../evidence.json", "--evidence", "../evidence.md")
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    # What was never closed is found by the garbage collector, or not.
    assert re.search(r"^Better: 4 tests fixed, (\d leaks? gone, )?nothing got worse\.$", text, re.MULTILINE)
    assert "all as predicted." in text
    (evidence,) = json.loads((tmp_path / "evidence.json").read_text())["projects"]
    assert evidence["verdict"] == "better"
    assert evidence["after"]["leaks"] == []
    assert [test["leaks"] for test in evidence["after"]["tests"]] == [[]] * 5
    assert {change["change"] for change in evidence["comparison"]["changes"]} == {"fixed"}
    assert "tests/conftest.py" in evidence["files"]
    assert "| passed | 1 | 5 |" in (tmp_path / "evidence.md").read_text()
    assert read_tree(project) == before
    assert git(project, "status", "--porcelain") == b""
