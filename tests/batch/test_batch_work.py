"""What becomes of one project: its patches and their parts, a report without any path of the machine, failures."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from batch_tools import CLEAN, SICK, TWO_PARTS, repository, task, write
from support.command import git
from support.corpus import load_cases

from codemod.batch import parts, work
from codemod.batch.records import Result, Status, Task, dump, load_result, load_task
from codemod.model import Applicability, Remedy
from codemod.operations import DropImportIfUnused
from codemod.pipeline import analyse
from codemod.project.settings import load
from codemod.report.json import schema
from codemod.source.diff import render

if TYPE_CHECKING:
    from pathlib import Path

    from support.corpus import Case

CASES = [case for case in load_cases() if case.changes][::12]


def done(job: Task) -> Result:
    """Do the work of a task that came as a line, and return what is read back of the answer."""
    return load_result(dump(work.work(load_task(dump(job)))))


# --- patches ---------------------------------------------------------------------------------------------------------


def test_patches_apply_from_the_top_of_the_checkout(tmp_path: Path) -> None:
    top = write(tmp_path / "mono", {f"services/api/{name}": text for name, text in SICK.items()})
    repository(top)
    result = done(task(top, "services/api"))
    assert (result.project, result.folder, result.status) == ("mono/services/api", "services/api", Status.CHANGED)
    assert [file.path for file in result.files] == ["services/api/conftest.py", "services/api/pytest.ini"]
    assert {file.part for file in result.files} == {0}
    assert all(file.rules == ("LM201",) for file in result.files)
    for file in reversed(result.files):
        git(top, "apply", stdin=file.data)
    assert git(top, "diff", "--numstat").decode().split() == [
        field for file in result.files for field in (str(file.added), str(file.removed), file.path)
    ]
    assert done(task(top, "services/api")).status is Status.CLEAN


def test_patches_are_those_of_diff(tmp_path: Path) -> None:
    top = write(tmp_path / "one", SICK)
    report = analyse(top, load(top, {}, False))
    assert b"".join(file.data for file in done(task(top)).files) == render(report.changes)


def test_nothing_to_do(tmp_path: Path) -> None:
    result = done(task(write(tmp_path / "one", CLEAN)))
    assert (result.status, result.files, result.reason) == (Status.CLEAN, (), "")
    assert result.report["counts"]["tests"] == 1


def test_findings_for_a_person(tmp_path: Path) -> None:
    test = "async def test_a():\n    yield 1\n"
    result = done(task(write(tmp_path / "one", {**CLEAN, "test_a.py": test})))
    assert (result.status, result.files) == (Status.FINDINGS, ())
    assert [finding["code"] for finding in result.report["findings"]] == ["LM308"]


@pytest.mark.parametrize("overrides", [{"strategy": "share"}, {"ignore": ("LM2",)}, {'resources."a.B".bound': "never"}])
def test_overrides_survive_the_line(tmp_path: Path, overrides: dict[str, object]) -> None:
    top = write(tmp_path / "one", SICK)
    report = analyse(top, load(top, overrides, False))
    assert b"".join(file.data for file in done(replace(task(top), overrides=overrides)).files) == render(report.changes)


def test_a_project_s_own_settings_count_unless_it_is_isolated(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {**SICK, "loopmend.toml": 'ignore = ["LM2"]\n'})
    assert done(task(top)).status is Status.CLEAN
    assert done(replace(task(top), isolated=True)).status is Status.CHANGED
    assert done(replace(task(top), overrides={"ignore": ()})).status is Status.CHANGED


def test_a_file_that_cannot_be_read_is_no_failure_of_the_project(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {**SICK, "test_b.py": "async def (:\n"})
    result = done(task(top))
    assert result.status is Status.CHANGED
    assert [failure["path"] for failure in result.report["failures"]] == ["test_b.py"]


# --- parts -----------------------------------------------------------------------------------------------------------


OLD = {"source": "0.23.8"}


def test_each_part_is_right_alone(tmp_path: Path) -> None:
    top = repository(write(tmp_path / "one", TWO_PARTS))
    job = replace(task(top), overrides=OLD)
    result = done(job)
    assert [(file.path, file.part, file.rules) for file in result.files] == [
        ("test_mark.py", 0, ("LM304",)),
        ("test_user.py", 1, ("LM303",)),
    ]
    for first, second in ((0, 1), (1, 0)):
        git(top, "checkout", "-q", ".")
        git(top, "apply", stdin=result.files[first].data)
        assert [file.data for file in done(job).files] == [result.files[second].data]


def test_a_new_requirement_is_part_of_all(tmp_path: Path) -> None:
    local = {name: TWO_PARTS[name] for name in ("test_mark.py", "test_user.py")}
    top = write(tmp_path / "one", {**SICK, **local, "requirements.txt": "pytest-asyncio==0.23.8\n"})
    result = done(task(write(top, {"pytest.ini": "[pytest]\nasyncio_mode = strict\n"})))
    assert {file.path: file.rules for file in result.files} == {
        "requirements.txt": ("LM501",),
        "test_mark.py": ("LM304",),
        "test_user.py": ("LM303",),
    }
    assert {file.part for file in result.files} == {0}


def test_options_are_part_of_all(tmp_path: Path) -> None:
    files = {**TWO_PARTS, "pytest.ini": TWO_PARTS["pytest.ini"].replace("strict", "legacy")}
    result = done(replace(task(write(tmp_path / "one", files)), overrides={"source": "0.17.2"}))
    assert len({file.rules for file in result.files}) > 1
    assert {file.part for file in result.files} == {0}


@pytest.mark.parametrize(
    ("groups", "number"),
    [
        (["test_a.py", "test_b.py", "sub/test_a.py"], 3),
        (["test_a.py", "test_b.py", "test_a.py test_b.py"], 1),
        (["test_a.py", "test_a.py test_b.py", "test_b.py test_c.py", "test_d.py"], 2),
        (["conftest.py", "test_a.py", "sub/test_b.py"], 1),
        (["test_a.py", "sub/conftest.py", "sub/test_b.py", "sub/inner/test_c.py", "subs/test_d.py"], 3),
        (["sub/helpers.py", "test_a.py"], 2),
        (["sub/requirements.txt", "test_a.py", "other/test_b.py"], 1),
        (["test_a.py", "other/test_b.py", "pytest.ini"], 1),
    ],
)
def test_what_is_joined(groups: list[str], number: int) -> None:
    remedies = [
        Remedy("", "LM303", Applicability.SAFE, tuple(DropImportIfUnused(path, "x") for path in group.split()))
        for group in groups
    ]
    found = parts._joined(remedies)
    assert len(found) == number
    assert sorted(map(id, remedies)) == sorted(id(remedy) for group in found for remedy in group)


def test_parts_that_change_otherwise_without_each_other_are_one(tmp_path: Path) -> None:
    top = write(tmp_path / "one", TWO_PARTS)
    report = analyse(top, load(top, OLD, False))
    assert len(report.changes) == 2
    assert set(parts.parts(report, lambda _: replace(report, changes=report.changes[:1])).values()) == {0}


def test_projects_below_are_no_news(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {**SICK, **{f"below/{name}": text for name, text in SICK.items()}})
    assert [note for note in analyse(top, load(top, {}, False)).notes if note.startswith("not read")]
    assert not [note for note in done(task(top)).report["notes"] if note.startswith("not read")]


# --- no path of the machine ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_result_holds_no_path_of_the_machine(tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "load", lambda *_: case.settings)
    texts = []
    for name in ("first", "another/second"):
        top = tmp_path / name / "repo"
        shutil.copytree(case.folder / "before", top / "sub" / "project")
        (top / ".git").mkdir()
        texts.append(dump(work.work(task(top, "sub/project"))))
    assert texts[0] == texts[1]
    assert tmp_path.name not in texts[0]
    report = json.loads(texts[0])["report"]
    assert report["root"] == "sub/project"
    jsonschema.validate({"schema_version": 1, "projects": [report]}, schema())


def test_a_link_to_the_checkout_is_as_the_checkout(tmp_path: Path) -> None:
    real = write(tmp_path / "real" / "one", {**SICK, "loopmend.toml": "select = 1\n"})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = {done(task(top)).reason for top in (real, tmp_path / "link" / "one")}
    assert len(found) == 1
    assert found.pop().startswith("loopmend.toml:1: select ")


# --- failures --------------------------------------------------------------------------------------------------------


def test_no_such_folder(tmp_path: Path) -> None:
    result = done(task(tmp_path, "gone"))
    assert (result.status, result.reason) == (Status.FAILED, "gone: no such folder")


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    result = done(task(write(tmp_path, {"a/pytest.ini": "[pytest\n"}), "a"))
    assert result.status is Status.FAILED
    assert result.reason.startswith("a/pytest.ini:1: ")
    assert str(tmp_path) not in result.reason


def test_a_project_of_what_lies_above_the_checkout(tmp_path: Path) -> None:
    write(tmp_path, {"setup.py": "", "one/test_a.py": ""})
    reason = done(task(tmp_path / "one")).reason
    assert reason == ". belongs to the project of ../setup.py: run loopmend in .."


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("x"), r"a fault of loopmend: KeyError in batch/work.py:\d+"),
        (RecursionError(), r"a fault of loopmend: RecursionError in batch/work.py:\d+"),
        (MemoryError(), "ran out of memory"),
        (OSError(28, "No space left on device", "/nowhere/x"), r"\[Errno 28\] No space left on device: .*"),
    ],
)
def test_nothing_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(work, "analyse", fail)
    result = done(task(write(tmp_path, CLEAN)))
    assert result.status is Status.FAILED
    assert re.fullmatch(reason, result.reason)


def test_paths_that_only_begin_alike_are_left(tmp_path: Path) -> None:
    shown = work._shown(tmp_path / "repo")
    assert shown(f"{tmp_path}/repo/a.py and {tmp_path}/repo2/b.py: x{tmp_path}/repo") == (
        f"a.py and ../repo2/b.py: x{tmp_path}/repo"
    )
