from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.command import loopmend
from support.corpus import read_tree

import codemod.pipeline
from codemod import demo
from codemod.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_demo_fails_before_and_passes_after(tmp_path: Path) -> None:
    done = loopmend(tmp_path, "demo")
    text = done.stdout.decode()
    assert done.returncode == 0, text + done.stderr.decode()
    story = re.findall(r"attached to a different loop|1 of 5 tests|^\+\+\+ b/\S+|changed \S+|5 of 5 tests", text, re.M)
    assert story[:2] == ["attached to a different loop", "1 of 5 tests"]
    assert "+++ b/tests/conftest.py" in story
    assert story[-1] == "5 of 5 tests"
    assert len(text.splitlines()) < 120
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_demo_that_mends_nothing_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    analyse = codemod.pipeline.analyse
    monkeypatch.setattr(codemod.pipeline, "analyse", lambda *args: replace(analyse(*args), changes=()))
    before = read_tree(demo.PROJECT)
    written: list[str] = []

    assert demo.run(written.append) == ExitCode.VERIFICATION_FAILED
    assert "not how the demo should end" in written[-1]
    assert read_tree(demo.PROJECT) == before


@pytest.mark.slow
def test_demo_of_a_healthy_suite_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    monkeypatch.setattr(demo, "PROJECT", tmp_path)
    assert demo.run(lambda _: None) == ExitCode.VERIFICATION_FAILED


@pytest.mark.parametrize("package", ["asyncpg", "sqlalchemy", "pytest_asyncio"])
def test_missing_package_is_an_error_with_the_way_to_install_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == package else find(name, *rest))
    with pytest.raises(demo.DemoError, match=package.replace("_", "-")) as caught:
        demo.run(lambda _: pytest.fail("nothing is to be shown"))
    assert "python -m pip install 'loopmend[demo]'" in caught.value.next_step


def test_commands_named_at_the_end_exist(tmp_path: Path) -> None:
    verbs = re.findall(r"loopmend (\w+)", demo._FAREWELL)
    assert "migrate" in verbs
    for verb in verbs:
        assert loopmend(tmp_path, verb, "--help").returncode == 0, verb
