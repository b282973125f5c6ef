"""The report for programs: JSON with a version, keys in a fixed order, and no byte of a file's contents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields, is_dataclass
from importlib.resources import files
from typing import Any, get_args

from codemod.model import Applicability, FileChange, OptionValue, ProjectReport, Report
from codemod.operations import Operation

SCHEMA_VERSION = 1

LineCount = Callable[[FileChange], tuple[int, int]]
"""Gives the numbers of added and removed lines of one change, as its diff has them."""

_OPERATIONS = get_args(Operation)


def render(report: Report, count: LineCount, evidence: Sequence[dict[str, Any]] = ()) -> str:
    """Return ``report`` as indented ASCII JSON that ends in a newline; ``schema`` describes it.

    ``evidence`` is that of the projects, where their suites were run, as ``evidence_json.plain`` gives it.
    """
    projects = [entry(project, count) for project in report.projects]
    return dump({"projects": projects, **({"evidence": evidence} if evidence else {})})


def entry(project: ProjectReport, count: LineCount) -> dict[str, Any]:
    """Return what stands for one project in what ``render`` returns."""
    plain: dict[str, Any] = _plain(project, count)
    return plain


def render_options(
    projects: Iterable[tuple[str, Iterable[OptionValue], Iterable[tuple[str, str, str]]]],
) -> str:
    """Return each project as JSON: its root, the options in force, and the commands that run pytest.

    A command is its place, what it overrides, and how far that counts.
    """
    return dump(
        {
            "projects": [
                {
                    "root": root,
                    "options": [asdict(one) for one in options],
                    "commands": [dict(zip(("place", "says", "counts"), each, strict=True)) for each in commands],
                }
                for root, options, commands in projects
            ]
        }
    )


def dump(body: dict[str, Any]) -> str:
    """Return any JSON answer of loopmend: ``schema_version`` first, then ``body`` in its own order.

    All that is not ASCII is escaped, so neither a control nor a bidi character nor a lone surrogate gets through.
    """
    return json.dumps({"schema_version": SCHEMA_VERSION, **body}, indent=2, ensure_ascii=True) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what ``render`` returns, which refers to that of the evidence."""
    loaded: dict[str, Any] = json.loads(files("codemod.report").joinpath("schema.json").read_text(encoding="utf-8"))
    return loaded


def _plain(value: Any, count: LineCount) -> Any:
    if isinstance(value, FileChange):
        added, removed = count(value)
        return {"path": value.path, "new": value.before is None, "added": added, "removed": removed}
    if isinstance(value, Applicability):
        return value.word
    if isinstance(value, tuple):
        return [_plain(item, count) for item in value]
    if is_dataclass(value):
        kind = {"kind": type(value).__name__} if isinstance(value, _OPERATIONS) else {}
        return kind | {item.name: _plain(getattr(value, item.name), count) for item in fields(value)}
    return value
