"""Projects whose suites are run by the real pytest and pytest-asyncio of the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from copies_tools import git, inside, state, write

from codemod.__main__ import main
from codemod.processes import supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Told:
    """What a command ended with and said, and the evidence."""

    code: int
    out: str
    err: str
    evidence: dict[str, Any]

    @property
    def rolled_back(self) -> dict[str, list[str]]:
        return {one["code"]: one["broke"] for one in self.evidence["rolled_back"]}

    @property
    def kept(self) -> list[str]:
        return [one["code"] for one in self.evidence["kept"]]


@pytest.fixture
def real(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Told]:
    """Return a function that writes a project, runs a verb on it and checks that nothing is left behind."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    folder, evidence = tmp_path / "project", tmp_path / "evidence.json"

    def run(files: dict[str, str], verb: str, *arguments: str) -> Told:
        write(folder, files)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "one")
        monkeypatch.chdir(folder)
        before = state(folder)
        code = main([verb, "--evidence", str(evidence), *arguments])
        said = capsys.readouterr()
        assert evidence.exists(), said.err
        assert verb == "migrate" or state(folder) == before
        assert inside(scratch) == []
        assert supervisor._descendants() == []
        return Told(code, said.out, said.err, json.loads(evidence.read_text())["projects"][0])

    return run
