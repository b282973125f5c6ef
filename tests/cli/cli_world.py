"""A command line whose analysis is faked: folders have the reports a test gives them; files are really written."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from codemod.__main__ import main
from codemod.knowledge import NamedRemedy
from codemod.model import Applicability, Counts, FileChange, Finding, Location, OptionValue, ProjectReport, Remedy
from codemod.project.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.verify import Verified
    from codemod.verify.options import Options

SAFE = Finding("LM201", Location("tests/conftest.py", 1), "crosses", "LM201-aaaa")
MANUAL = Finding("LM901", Location("tests/test_b.py", 1), "needs a person", "LM901-cccc", advice="look at it")
CURE = Remedy("one loop per test", "LM201", Applicability.SAFE, (), ("LM201-aaaa",))
BEFORE, AFTER = b"scope = 'session'\n", b"scope = 'function'\n"
CLEAN = ProjectReport("elsewhere", "1.1.0", "installed", "1.1.0", (), "preserve", counts=Counts(1, 2, 3))
SICK = replace(
    CLEAN,
    strategy="isolate",
    findings=(SAFE,),
    remedies=(CURE,),
    changes=(FileChange("tests/conftest.py", BEFORE, AFTER),),
)
RULES = (
    SimpleNamespace(
        code="LM201",
        name="crossing-connection",
        summary="a connection crosses loops",
        since="0.1.0",
        max_applicability=Applicability.SAFE,
        doc="What it does\n    Finds it.\n",
    ),
    SimpleNamespace(
        code="LM901",
        name="replaced-loop",
        summary="the loop is replaced",
        since="0.1.0",
        max_applicability=Applicability.DISPLAY,
        doc="What it does\n    Tells.\n",
    ),
)
REMEDIES = (
    NamedRemedy("explicit-cleanup", "close it", True, "closes", "most", "isolate"),
    NamedRemedy("upgrade", "upgrade", False, "raises the pin", "Cures nothing.", "--target"),
)


@dataclass(frozen=True)
class Result:
    code: int
    out_bytes: bytes
    err: str

    @property
    def out(self) -> str:
        return self.out_bytes.decode()


@dataclass
class World:
    """The folders of a test, the reports of its fake analysis, one per call with the last repeated, and what it saw."""

    here: Path
    capture: pytest.CaptureFixture[bytes]
    reports: dict[str, list[ProjectReport | BaseException]] = field(default_factory=dict)
    seen: list[tuple[str, Settings]] = field(default_factory=list)
    loaded: list[tuple[dict[str, object], bool]] = field(default_factory=list)
    guarded: list[tuple[Any, ...]] = field(default_factory=list)
    guard_error: BaseException | None = None
    commands: tuple[tuple[str, str, str], ...] = ()
    verdicts: list[Verified | BaseException] = field(default_factory=list)
    verified: list[tuple[str, Settings, Options]] = field(default_factory=list)

    def project(self, name: str, *reports: ProjectReport | BaseException) -> Path:
        """Make a folder with the files its first report talks about."""
        folder = self.here / name
        self.reports[folder.resolve().name] = list(reports)
        (folder / "tests").mkdir(parents=True, exist_ok=True)
        (folder / "tests/conftest.py").write_bytes(BEFORE)
        (folder / "tests/test_b.py").write_bytes(b"import b\n")
        return folder

    def run(self, *arguments: str) -> Result:
        self.capture.readouterr()
        code = main(arguments)
        out, err = self.capture.readouterr()
        return Result(code, out, err.decode())

    def analyse(
        self, folder: Path, settings: Settings, progress: Callable[[str, int, int], None], withdrawn: object = ()
    ) -> ProjectReport:
        self.seen.append((folder.as_posix(), settings))
        progress("reading", 1, 2)
        waiting = self.reports[folder.resolve().name]
        report = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(report, BaseException):
            raise report
        return report

    def verify(
        self, folder: Path, settings: Settings, options: Options, say: Callable[[str], None], tell: object
    ) -> Verified:
        self.verified.append((folder.as_posix(), settings, options))
        say("running `python -m pytest`")
        found = self.verdicts.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    def load(self, folder: Path, overrides: dict[str, Any], isolated: bool) -> Settings:
        self.loaded.append((dict(overrides), isolated))
        known = {key.replace("-", "_"): value for key, value in overrides.items()}
        return replace(Settings(), **{k: v for k, v in known.items() if k in Settings.__dataclass_fields__})

    def guard(self, *arguments: Any) -> None:
        self.guarded.append(arguments)
        if self.guard_error:
            raise self.guard_error


def _module(name: str, **members: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(members)
    return module


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> World:
    made = World(tmp_path, capsysbinary)
    fakes = {
        "codemod.pipeline": {"analyse": made.analyse},
        "codemod.describe": {
            "describe": lambda folder, settings, args: (
                (
                    OptionValue("asyncio_mode", "auto", "pytest.ini:2"),
                    *([OptionValue("args", " ".join(args), "command line")] if args else []),
                ),
                made.commands,
            ),
        },
        "codemod.project.settings": {
            "Settings": Settings,
            "load": made.load,
            "parse_pair": lambda text: tuple(text.split("=", 1)),
        },
        "codemod.rules": {"RULES": RULES, "EXCLUDED": {"pool-pre-ping": "It cures nothing."}},
        "codemod.knowledge": {"remedies": lambda: REMEDIES},
        "codemod.verify": {"verify": made.verify},
        "codemod.demo": {"run": lambda write: write("the demo") or 4},
    }
    for name, members in fakes.items():
        monkeypatch.setitem(sys.modules, name, _module(name, **members))
    monkeypatch.setattr("codemod.source.vcs.guard", made.guard)
    for variable in ("NO_COLOR", "CI", "TERM", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return made
