"""The corpus as a whole: every rule has its cases, and as many that nothing may happen to as others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.corpus import CORPUS, load_case, load_cases

from codemod.model import Applicability
from codemod.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

CASES = load_cases()
_CASE = 'title = "t"\nwhy = "w"\n'


def test_there_are_enough_cases() -> None:
    quiet = [case for case in CASES if not case.changes]
    assert len(CASES) >= 40
    assert 2 * len(quiet) >= len(CASES)


def test_git_keeps_the_bytes_of_the_cases() -> None:
    attributes = (CORPUS.parent / ".gitattributes").read_text(encoding="utf-8")
    assert "fixtures_corpus/** -text\n" in attributes


def test_folders_are_named_after_rules() -> None:
    names = {f"{rule.code}-{rule.name}" for rule in RULES}
    assert {folder.name for folder in CORPUS.iterdir() if folder.is_dir()} == names


def test_every_folder_is_a_case() -> None:
    folders = {path for path in CORPUS.glob("*/*") if path.is_dir()}
    assert folders == {case.folder for case in CASES}
    for case in CASES:
        assert (case.folder / "before").is_dir(), case
        assert (case.folder / "findings.json").is_file(), case
        assert (case.folder / "expected.diff").is_file() == case.changes, case


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_has_cases_of_both_kinds(rule) -> None:
    mine = [case for case in CASES if case.code == rule.code]
    changing = [case for case in mine if case.changes]
    if rule.max_applicability > Applicability.DISPLAY:
        assert changing
    assert len(mine) >= 2 * len(changing)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_is_reported_in_one_of_its_cases_and_silent_in_another(rule) -> None:
    mine = [case for case in CASES if case.code == rule.code]
    reported = [rule.code in {row["code"] for row in _findings(case.folder)} for case in mine]
    assert any(reported)
    assert not all(reported)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_has_one_example(rule) -> None:
    assert len([case for case in CASES if case.code == rule.code and case.example]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "t"\n', "needs a title and a why"),
        (_CASE + "exmaple = true\n", "unknown exmaple"),
        (_CASE + "[settings]\nstratgy = 'share'\n", "unknown setting stratgy"),
        (_CASE + "[settings]\nstrategy = 'both'\n", "both"),
        (_CASE + "[expect]\nremedies = []\n", "knows only applied and withheld"),
        (_CASE + "[runs]\nbefore = 'fail'\nversion = '1.1.0'\n", "unknown key in .runs.: version"),
        (_CASE + "[runs]\nbefore = 'red'\n", "before and after are one of"),
        (_CASE + "[runs]\nbefore = 'pass'\nsources = ['0.21.2']\n", "unknown key in .runs.: sources"),
        (_CASE + "[runs]\nbefore = 'pass'\nfrom = '0.21.2'\n", "from and versions are lists"),
        (_CASE + "[runs]\nbefore = 'pass'\nfrom = []\n", "from not an empty one"),
        (_CASE + "[runs]\nbefore = 'pass'\nwhole_run = true\n", "whole_run needs from"),
    ],
)
def test_mistakes_in_a_case_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_case(tmp_path)


def _findings(folder: Path) -> list[dict[str, object]]:
    return json.loads((folder / "findings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "changes", "sources", "versions"),
    [
        ("", True, (), ("1.1.0", "1.5.0")),
        ("from = ['0.21.2']\n", True, ("0.21.2",), ("1.5.0",)),
        ("from = ['0.21.2']\n", False, ("0.21.2",), ()),
        ("from = ['0.21.2']\nversions = ['0.26.0']\n", False, ("0.21.2",), ("0.26.0",)),
    ],
)
def test_versions_that_a_case_runs_on(
    tmp_path: Path, text: str, changes: bool, sources: tuple[str, ...], versions: tuple[str, ...]
) -> None:
    (tmp_path / "case.toml").write_text(_CASE + "[runs]\nbefore = 'pass'\n" + text)
    if changes:
        (tmp_path / "after").mkdir()
    runs = load_case(tmp_path).runs
    assert runs is not None
    assert (runs.sources, runs.versions) == (sources, versions)
