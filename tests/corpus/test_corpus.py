"""Every case of fixtures_corpus: the exact result, and the laws of DESIGN that hold for each of them."""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import tokenize
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from support.corpus import Case, File, findings_json, load_cases, overlay, read_tree, regenerate

from codemod.pipeline import analyse
from codemod.project import discover
from codemod.source.diff import render
from codemod.source.write import apply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.model import ProjectReport


@dataclass(frozen=True, slots=True)
class Analysed:
    """A case, the copy of its ``before/`` that was read, and what came out."""

    case: Case
    folder: Path
    before: dict[str, File]
    report: ProjectReport
    result: dict[str, File]
    diff: bytes


@pytest.fixture(scope="module", params=load_cases(), ids=str)
def analysed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Analysed:
    """Analyse one case; with --regenerate-corpus, write down what came out first."""
    case: Case = request.param
    folder = tmp_path_factory.mktemp("case") / "project"
    # A copy outside this repository: pytest's search for a configuration file goes upwards.
    shutil.copytree(case.folder / "before", folder)
    report = analyse(folder, case.settings)
    before = read_tree(folder)
    found = Analysed(case, folder, before, report, overlay(before, report.changes), render(report.changes))
    if request.config.getoption("--regenerate-corpus"):
        regenerate(case, found.result, found.diff, findings_json(report.findings))
    return found


def test_findings(analysed: Analysed) -> None:
    expected = (analysed.case.folder / "findings.json").read_text(encoding="utf-8")
    assert findings_json(analysed.report.findings) == expected


def test_result(analysed: Analysed) -> None:
    expected = analysed.before
    if analysed.case.changes:
        expected = read_tree(analysed.case.folder / "after")
    assert _texts(analysed.result) == _texts(expected)
    # Of the mode, git keeps this one bit.
    assert {name: file.executable for name, file in analysed.result.items()} == {
        name: file.executable for name, file in expected.items()
    }


def test_diff(analysed: Analysed) -> None:
    expected = analysed.case.folder / "expected.diff"
    assert expected.exists() == analysed.case.changes
    assert analysed.diff == (expected.read_bytes() if analysed.case.changes else b"")


def test_remedies(analysed: Analysed) -> None:
    case = analysed.case
    if case.applied is not None:
        assert _codes(analysed.report.remedies) == case.applied
    if case.withheld is not None:
        assert _codes(analysed.report.withheld) == case.withheld


def test_git_applies_the_diff(analysed: Analysed, tmp_path: Path) -> None:
    copy = _copy(analysed, tmp_path)
    if analysed.diff:
        _git(copy, "init", "-q")
        _git(copy, "apply", "--check", "-", stdin=analysed.diff)
        _git(copy, "apply", "-", stdin=analysed.diff)
    assert _texts(read_tree(copy)) == _texts(analysed.result)


def test_applying_writes_the_result_and_keeps_modes(analysed: Analysed, tmp_path: Path) -> None:
    copy = _copy(analysed, tmp_path)
    apply(copy, analysed.report.changes)
    written = read_tree(copy)
    assert written == analysed.result
    assert {name: written[name].mode for name in analysed.before} == {
        name: file.mode for name, file in analysed.before.items()
    }


def test_second_run_changes_nothing(analysed: Analysed, tmp_path: Path) -> None:
    copy = _copy(analysed, tmp_path)
    apply(copy, analysed.report.changes)
    again = analyse(copy, analysed.case.settings)
    assert render(again.changes).decode(errors="replace") == ""


def test_order_of_files_does_not_matter(analysed: Analysed, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[tuple[str, ...]] = []

    def reversing(original: Callable[..., discover.Listing]) -> Callable[..., discover.Listing]:
        def reversed_files(*arguments: object) -> discover.Listing:
            listing = original(*arguments)
            listed.append(listing.files[::-1])
            return replace(listing, files=listed[-1])

        return reversed_files

    for name in ("list_python_files", "list_config_files"):
        monkeypatch.setattr(discover, name, reversing(getattr(discover, name)))
    again = analyse(analysed.folder, analysed.case.settings)
    assert listed
    assert render(again.changes) == analysed.diff
    assert findings_json(again.findings) == findings_json(analysed.report.findings)


def test_comments_are_kept(analysed: Analysed) -> None:
    if analysed.case.comments_dropped:
        return
    for name in _changed_python(analysed):
        lost = _comments(analysed.before[name].data) - _comments(analysed.result[name].data)
        assert not lost, name


def test_result_is_python(analysed: Analysed) -> None:
    for name, file in analysed.result.items():
        if name.endswith(".py") and file != analysed.before.get(name):
            ast.parse(file.data, name)


def _copy(analysed: Analysed, tmp_path: Path) -> Path:
    return shutil.copytree(analysed.folder, tmp_path / "project", ignore=shutil.ignore_patterns(".loopmend"))


def _texts(tree: dict[str, File]) -> dict[str, str]:
    # Latin-1 maps every byte to one character, so that pytest can show a difference line by line.
    return {name: file.data.decode("latin-1") for name, file in tree.items()}


def _codes(remedies: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(sorted({remedy.code for remedy in remedies}))  # type: ignore[attr-defined]


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *arguments], cwd=folder, input=stdin, capture_output=True, env=ours, check=False)
    assert done.returncode == 0, done.stderr.decode()


def _changed_python(analysed: Analysed) -> list[str]:
    before, result = analysed.before, analysed.result
    return [name for name in before if name.endswith(".py") and before[name] != result[name]]


def _comments(data: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)
