"""Verify a small project with a pytest that plays scripts, and see that nothing but the evidence is left of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from copies_tools import git, inside, state, write
from support import fake_pytest
from support.processes import is_gone

from codemod.__main__ import main
from codemod.processes import supervisor
from codemod.processes.run import Limits
from codemod.verify import session
from codemod.verify.environment import find
from codemod.verify.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.verify.environment import Environment

OLD, NEW = "0.23.8", "1.5.0"
FILES = {
    "pytest.ini": "[pytest]\nasyncio_mode = strict\n",
    "requirements-dev.txt": "pytest-asyncio==0.23.8\n",
    "test_a.py": """\
import pytest


@pytest.mark.asyncio(scope="module")
async def test_one():
    pass


@pytest.mark.asyncio
async def test_two():
    pass


@pytest.mark.asyncio
def test_three():
    pass
""",
}
SCOPE, MARK, PIN = (
    'has("test_a.py", "loop_scope")',
    'not has("test_a.py", "asyncio\\ndef")',
    'has("requirements-dev.txt", "1.5")',
)
"""What a script asks to know whether LM301, LM304 or LM501 is applied in the tree it runs in."""


@dataclass(frozen=True)
class Seen:
    """What a user sees, the evidence as JSON, and the runs of pytest as the fake noted them down."""

    code: int
    out: str
    err: str
    evidence: dict[str, Any]
    runs: list[dict[str, Any]]

    @property
    def verdict(self) -> str:
        return str(self.evidence["verdict"])

    @property
    def rolled_back(self) -> dict[str, list[str]]:
        return {one["code"]: one["broke"] for one in self.evidence["rolled_back"]}

    def changed(self, kind: str) -> list[str]:
        """Return the names of the tests that something became of."""
        changes = self.evidence["comparison"]["changes"]
        return [one["id"].removeprefix("test_a.py::") for one in changes if one["change"] == kind]


@dataclass(frozen=True)
class Bench:
    folder: Path
    outside: Path
    scratch: Path
    environment: Callable[[str], Environment]
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def verify(self, script: str, *arguments: str, plugin: str = NEW) -> Seen:
        """Run ``loopmend verify`` in an environment with a version of pytest-asyncio."""
        before = state(self.folder)
        seen = self.run("verify", script, *arguments, plugin=plugin)
        assert state(self.folder) == before
        return seen

    def run(self, verb: str, script: str, *arguments: str, plugin: str = NEW) -> Seen:
        """Run a verb; at the end there must be nothing for temporary files, in git, or among the processes."""
        self.outside.mkdir(exist_ok=True)
        environment = self.environment(plugin)
        played = fake_pytest.use(self.monkeypatch, environment.imports[0], script, self.outside / "log")
        self.monkeypatch.setattr(session, "find", lambda *_: environment)
        evidence = self.outside / "evidence.json"
        evidence.unlink(missing_ok=True)
        others = {*supervisor._descendants()}  # servers of other tests
        code = main([verb, str(self.folder), "--evidence", str(evidence), *arguments])
        said = self.capture.readouterr()
        assert inside(self.scratch) == []
        assert {*supervisor._descendants()} <= others
        assert all(is_gone(run["pid"]) for run in played.runs)
        assert not (self.folder / ".git/worktrees").exists()
        found = json.loads(evidence.read_text())["projects"][0] if evidence.exists() else {}
        return Seen(code, said.out, said.err, found, played.runs)

    def files(self) -> dict[str, str]:
        """Return the texts of the project's files."""
        return {name: (self.folder / name).read_text() for name in FILES}


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Environment]:
    """Return a function from a version of pytest-asyncio to the Python that has it and the fake pytest."""
    known: dict[str, Environment] = {}

    def make(plugin: str) -> Environment:
        if plugin not in known:
            folder = fake_pytest.lay_out(tmp_path_factory.mktemp(f"fake-{plugin}"), plugin)
            base = {**os.environ, "PYTHONPATH": str(folder)}
            base = {name: value for name, value in base.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
            found = find(folder, folder, base=base)
            known[plugin] = replace(found, imports=(folder,))
        return known[plugin]

    return make


def lay(environment: Environment, requirements: tuple[str, ...], folder: Path, *_: object) -> Overlay:
    """Lay other versions over the environment of a fake, in name."""
    versions = tuple((name, version) for name, _, version in (each.partition("==") for each in requirements))
    for name, version in versions:
        fake_pytest.metadata(folder, name.replace("-", "_"), version)
    return Overlay(folder, versions)


@pytest.fixture
def bench(
    tmp_path: Path,
    scratch: Path,
    environment: Callable[[str], Environment],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bench:
    folder = tmp_path / "project"
    write(folder, FILES)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    monkeypatch.setattr(session, "lay", lay)
    monkeypatch.setattr(session, "Limits", partial(Limits, grace=0.3))
    return Bench(folder, tmp_path / "outside", scratch, environment, monkeypatch, capsys)
