"""The evidence for programs: every field of evidence.py, with a version and keys in a fixed order."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from codemod.report.json import dump

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.evidence import Evidence

_NAMES = {
    "versions": ("name", "version"),
    "collect_errors": ("id", "text"),
    "kept": ("code", "title"),
    "slower": ("id", "before", "after"),
}
"""What the items of plain tuples are called."""


def render(projects: Iterable[Evidence]) -> str:
    """Return the evidence of some projects as indented ASCII JSON that ends in a newline; ``schema`` describes it."""
    return dump({"projects": plain(projects)})


def plain(projects: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return the evidence of some projects as JSON's own types, for an answer that holds more."""
    return [entry(one) for one in projects]


def entry(evidence: Evidence) -> dict[str, Any]:
    """Return what stands for one project in what ``render`` returns."""
    plain: dict[str, Any] = _plain(evidence)
    return plain


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what ``render`` returns."""
    text = files("codemod.report").joinpath("evidence-schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _field(item.name, getattr(value, item.name)) for item in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _field(name: str, value: Any) -> Any:
    if names := _NAMES.get(name):
        return [dict(zip(names, item, strict=True)) for item in value]
    return _plain(value)
