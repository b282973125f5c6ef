"""Read the cases of ``fixtures_corpus/`` (its README describes the format), and write what is generated in them."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemod.model import StrategyName
from codemod.project.settings import Settings, UserResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.model import FileChange, Finding

CORPUS = Path(__file__).resolve().parents[2] / "fixtures_corpus"

_KEYS = {"title", "why", "example", "comments_dropped", "settings", "expect", "runs"}
_VERDICTS = {"pass", "fail", "hang"}
_TARGETS = ("1.5.0",)
"""The versions that the result of a migration runs on where the case does not say."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes and its POSIX permission bits."""

    data: bytes
    mode: int

    @property
    def executable(self) -> bool:
        """Return the one bit of the mode that git keeps."""
        return bool(self.mode & 0o100)


@dataclass(frozen=True, slots=True)
class Runs:
    """What real pytest runs of the case must give; ``error`` is text that one of the failures before contains.

    ``sources`` is ``from`` of case.toml: with it ``before/`` runs on these versions of pytest-asyncio, and the state
    afterwards on ``versions``. Without it both run on each of ``versions``.
    """

    before: str
    after: str = "pass"
    sources: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("1.1.0", "1.5.0")
    postgres: bool = False
    leak_free: bool = False
    whole_run: bool = False
    error: str = ""


_RUNS_KEYS = {field.name for field in fields(Runs)} - {"sources"} | {"from"}


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of the corpus; see README."""

    folder: Path
    title: str
    settings: Settings
    applied: tuple[str, ...] | None
    withheld: tuple[str, ...] | None
    example: bool
    comments_dropped: bool
    runs: Runs | None

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def code(self) -> str:
        """Return the code of the rule the case belongs to."""
        return self.folder.parent.name.partition("-")[0]

    @property
    def changes(self) -> bool:
        """Say whether the case expects a change."""
        return (self.folder / "after").exists()


def load_cases(corpus: Path = CORPUS) -> tuple[Case, ...]:
    """Return all cases in path order; raise ValueError for a case.toml with a key or value that is not allowed."""
    return tuple(load_case(file.parent) for file in sorted(corpus.glob("*/*/case.toml")))


def load_case(folder: Path) -> Case:
    """Return the case in ``folder``; raise ValueError where its case.toml is not as the README says."""
    data = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    if unknown := data.keys() - _KEYS:
        raise ValueError(f"{folder}/case.toml: unknown {', '.join(sorted(unknown))}")
    if not data.get("title") or not data.get("why"):
        raise ValueError(f"{folder}/case.toml: needs a title and a why")
    expect = {"applied": None, "withheld": None, **data.get("expect", {})}
    if len(expect) != 2:
        raise ValueError(f"{folder}/case.toml: [expect] knows only applied and withheld")
    return Case(
        folder=folder,
        title=data["title"],
        settings=_settings(folder, data.get("settings", {})),
        applied=_codes(expect["applied"]),
        withheld=_codes(expect["withheld"]),
        example=data.get("example", False),
        comments_dropped=data.get("comments_dropped", False),
        runs=_runs(folder, data.get("runs")),
    )


def read_tree(folder: Path) -> dict[str, File]:
    """Return the files below ``folder`` by their relative path, without what runs leave behind."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    found = {path.relative_to(folder).as_posix(): path for path in files}
    ours = {name: path for name, path in found.items() if not {".git", ".loopmend", "__pycache__"} & {*path.parts}}
    return {name: File(path.read_bytes(), path.stat().st_mode & 0o777) for name, path in ours.items()}


def overlay(before: Mapping[str, File], changes: tuple[FileChange, ...]) -> dict[str, File]:
    """Return the tree that ``changes`` make of ``before``."""
    return {**before, **{change.path: File(change.after, change.mode) for change in changes}}


def findings_json(findings: tuple[Finding, ...]) -> str:
    """Return the text of ``findings.json``."""
    rows = [
        {
            "code": finding.code,
            "path": finding.location.path,
            "line": finding.location.line,
            "symbol": finding.symbol,
            "applicability": finding.applicability.word,
        }
        for finding in findings
    ]
    rows.sort(key=lambda row: (row["path"], row["line"], row["code"], row["symbol"]))
    return json.dumps(rows, indent=2) + "\n"


def regenerate(case: Case, result: Mapping[str, File], diff: bytes, findings: str) -> None:
    """Write ``after/``, ``expected.diff`` (both only where there is a change) and ``findings.json`` of ``case``."""
    shutil.rmtree(case.folder / "after", ignore_errors=True)
    (case.folder / "expected.diff").unlink(missing_ok=True)
    (case.folder / "findings.json").write_text(findings, encoding="utf-8")
    if diff:
        (case.folder / "expected.diff").write_bytes(diff)
        for name, file in result.items():
            path = case.folder / "after" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            path.chmod(file.mode)


def _settings(folder: Path, data: dict[str, Any]) -> Settings:
    if unknown := data.keys() - {field.name for field in fields(Settings)}:
        raise ValueError(f"{folder}/case.toml: unknown setting {', '.join(sorted(unknown))}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    if "strategy" in values:
        values["strategy"] = StrategyName(values["strategy"])
    if "resources" in values:
        values["resources"] = tuple(UserResource(**resource) for resource in values["resources"])
    return Settings(**values)


def _runs(folder: Path, data: dict[str, Any] | None) -> Runs | None:
    if data is None:
        return None
    if unknown := data.keys() - _RUNS_KEYS:
        raise ValueError(f"{folder}/case.toml: unknown key in [runs]: {', '.join(sorted(unknown))}")
    if not all(isinstance(data.get(key, []), list) for key in ("from", "versions")) or data.get("from") == []:
        raise ValueError(f"{folder}/case.toml: from and versions are lists, from not an empty one")
    runs = Runs(**_runs_values(data, (folder / "after").exists()))
    if not {runs.before, runs.after} <= _VERDICTS:
        raise ValueError(f"{folder}/case.toml: before and after are one of {', '.join(sorted(_VERDICTS))}")
    if runs.whole_run and not runs.sources:
        raise ValueError(f"{folder}/case.toml: whole_run needs from")
    return runs


def _runs_values(data: dict[str, Any], changes: bool) -> dict[str, Any]:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    sources = values.pop("from", None)
    return values if sources is None else {"versions": _TARGETS if changes else (), **values, "sources": sources}


def _codes(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(sorted(set(value)))
