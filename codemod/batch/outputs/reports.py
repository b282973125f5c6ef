"""The JSON report of a project as values of the model again, without operations and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codemod.model import Applicability, Counts, FileFailure, Finding, Location, ProjectReport, Remedy

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_report(data: Mapping[str, Any], root: str) -> ProjectReport:
    """Return the project that ``data`` (an item of report/json.py, or empty) tells of, with ``root`` as its root."""
    return ProjectReport(
        root=root,
        version=data.get("version", ""),
        version_origin=data.get("version_origin", ""),
        target=data.get("target", ""),
        strategy=data.get("strategy", ""),
        options=(),
        findings=tuple(map(_finding, data.get("findings", ()))),
        remedies=tuple(map(_remedy, data.get("remedies", ()))),
        withheld=tuple(map(_remedy, data.get("withheld", ()))),
        failures=tuple(FileFailure(**one) for one in data.get("failures", ())),
        notes=tuple(data.get("notes", ())),
        counts=Counts(**data.get("counts", {})),
    )


def _finding(data: Mapping[str, Any]) -> Finding:
    trust = Applicability[data["applicability"].upper()]
    return Finding(**{**data, "location": Location(**data["location"]), "steps": (), "applicability": trust})


def _remedy(data: Mapping[str, Any]) -> Remedy:
    trust = Applicability[data["applicability"].upper()]
    return Remedy(**{**data, "applicability": trust, "operations": (), "findings": tuple(data["findings"])})
