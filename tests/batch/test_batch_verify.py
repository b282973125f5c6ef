"""A verified project: real runs of its suite, as evidence, with none of the variables that are the user's own."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from batch_tools import CLEAN, TWO_PARTS, repository, task, write

from codemod.batch.archive import pack
from codemod.batch.records import Result, Status, Task, dump, load_result, load_task
from codemod.batch.work import work
from codemod.report.evidence_json import schema
from codemod.verify import clean

if TYPE_CHECKING:
    from pathlib import Path

OLD = {"source": "0.23.8"}
MARKED = {name: TWO_PARTS[name] for name in ("pytest.ini", "test_mark.py")}
WATCHING = "from pathlib import Path\n\n\ndef test_source():\n    assert '@' in Path('test_mark.py').read_text()\n"
"""Fails once the mark is gone."""
VARIABLES = f"""
import os

def test_variables():
    assert "API_TOKEN" not in os.environ
    assert "PIP_INDEX_URL" not in os.environ
    assert os.environ["HOME"] != {os.environ.get("HOME")!r}
    assert os.listdir(os.environ["HOME"]) == []
    assert os.environ["GIVEN"] == "1"
"""


def verified(job: Task, **running: object) -> Result:
    """Return the result of a task that came as a line and asks for runs with the Python of the tests."""
    overrides = {"python": sys.executable, **job.overrides}
    asking = replace(job, verify=True, running=running, overrides=overrides)
    return load_result(dump(work(load_task(dump(asking)))))


@pytest.mark.slow
def test_a_change_that_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    monkeypatch.setenv("PIP_INDEX_URL", os.environ.get("PIP_INDEX_URL", "https://user:secret@index.example/simple"))
    top = repository(write(tmp_path / "mono", {f"a/{name}": text for name, text in MARKED.items()}))
    write(top, {"a/test_variables.py": VARIABLES})
    result = verified(replace(task(top, "a"), overrides=OLD), variables=[["GIVEN", "1"]])
    assert (result.status, result.reason) == (Status.CHANGED, "")
    assert [(file.path, file.part) for file in result.files] == [("a/test_mark.py", 0)]
    assert (result.evidence["verdict"], result.evidence["root"]) == ("same", "a")
    assert result.evidence["after"]["tests"]
    jsonschema.validate({"schema_version": 1, "projects": [result.evidence]}, schema())
    assert result.evidence_markdown.startswith("### Evidence from the tests\n")
    assert str(tmp_path) not in dump(result)


@pytest.mark.slow
def test_a_change_that_does_not_hold(tmp_path: Path) -> None:
    top = write(tmp_path / "one", {**MARKED, "test_source.py": WATCHING})
    result = verified(replace(task(top), overrides=OLD))
    assert (result.status, result.files, result.report["changes"]) == (Status.FAILED, (), [])
    assert result.reason.startswith("verification: ")
    assert [each["broke"] for each in result.evidence["rolled_back"]] == [["test_source.py::test_source"]]
    assert "test_source" in result.evidence_markdown


@pytest.mark.slow
def test_a_suite_in_an_archive(tmp_path: Path) -> None:
    top = repository(write(tmp_path / "one", {**CLEAN, "data.bin": "1\n"}))
    write(top, {"test_b.py": "def test_b():\n    assert open('data.bin').read() == '1\\n'\n"})
    job = task(top)
    sent = replace(job, project=replace(job.project, checkout="/nowhere/one"), archive=pack(job.project, whole=True))
    result = verified(sent)
    assert (result.status, result.reason) == (Status.CLEAN, "")
    assert result.evidence["verdict"] == "unchanged"
    assert {test["outcome"] for test in result.evidence["before"]["tests"]} == {"passed"}


@pytest.mark.slow
def test_a_suite_that_cannot_be_run(tmp_path: Path) -> None:
    top = write(tmp_path / "one", CLEAN)
    job = replace(task(top), verify=True, overrides={"python": str(top / "gone")})
    result = work(job)
    assert (result.status, result.files) == (Status.FAILED, ())
    assert result.reason.startswith("--python gone: no such file")


def test_only_what_programs_need_is_kept() -> None:
    base = {"PATH": "/bin", "LC_ALL": "C", "https_proxy": "p", "AWS_SECRET_ACCESS_KEY": "x", "PYTHONPATH": "/x"}
    installing = {"PIP_INDEX_URL": "i", "UV_INDEX": "i", "UV_PUBLISH_TOKEN": "x", "PIP_TARGET": "/"}
    kept = {"PATH": "/bin", "LC_ALL": "C", "https_proxy": "p"}
    assert clean.for_running({**base, **installing}) == kept
    assert clean.for_installing({**base, **installing}) == {**kept, "PIP_INDEX_URL": "i", "UV_INDEX": "i"}
