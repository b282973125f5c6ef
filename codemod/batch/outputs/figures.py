"""The batch for programs: figures, projects, shards and failures as JSON with a version, without contents of files."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from codemod import __version__
from codemod.batch.outputs.view import size
from codemod.report.json import dump

if TYPE_CHECKING:
    from codemod.batch.outputs.view import Batch, Project
    from codemod.batch.shards import Shard


def results_json(batch: Batch) -> str:
    """Return the batch as indented ASCII JSON that ends in a newline; ``schema`` describes it."""
    return dump(
        {
            "loopmend": __version__,
            "figures": figures(batch),
            "projects": [_project(batch, one) for one in batch.projects],
            "shards": [_shard(batch, shard) for shard in batch.shards],
            "failures": [asdict(failure) for failure in batch.failures],
        }
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what ``results_json`` returns."""
    text = files("codemod.batch.outputs").joinpath("batch-schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def figures(batch: Batch) -> dict[str, Any]:
    """Return the counts over all projects: by status, by rule, by versions, by strategy."""
    projects = batch.projects
    changed = {(shard.checkout, file.path): file for shard in batch.shards for file in shard.files}
    added, removed = size(changed.values())
    return {
        "projects": len(projects),
        "status": {status.value: number for status, number in batch.status.items()},
        "findings": _findings(projects),
        "changed": {"files": len(changed), "added": added, "removed": removed},
        "read": {
            name: sum(getattr(one.report.counts, name) for one in projects) for name in ("files", "fixtures", "tests")
        },
        "rules": rules(batch),
        "versions": versions(batch),
        "strategies": _strategies(projects),
    }


def rules(batch: Batch) -> list[dict[str, Any]]:
    """Return per rule the projects it finds something in, its findings, those that are answered and those left."""
    found: Counter[str] = Counter()
    left: Counter[str] = Counter()
    where: Counter[str] = Counter()
    for one in batch.projects:
        codes = [finding.code for finding in one.report.findings]
        found.update(codes)
        where.update(set(codes))
        left.update(each.finding.code for each in one.left)
    return [
        {"code": code, "projects": where[code], "findings": found[code], "applied": found[code] - left[code]}
        | {"left": left[code]}
        for code in sorted(found)
    ]


def versions(batch: Batch) -> list[dict[str, Any]]:
    """Return the moves between versions of pytest-asyncio with their projects, the most frequent first."""
    moves = Counter((one.report.version, one.report.target) for one in batch.projects if one.uses_plugin)
    return [
        {"from": old, "to": new, "projects": number}
        for (old, new), number in sorted(moves.items(), key=lambda item: (-item[1], item[0]))
    ]


def _strategies(projects: tuple[Project, ...]) -> dict[str, int]:
    found = Counter(one.report.strategy for one in projects if one.mends)
    return {name: found[name] for name in sorted(found)}


def _findings(projects: tuple[Project, ...]) -> dict[str, int]:
    counts = [one.counts for one in projects]
    names = {"found": "findings", "safe": "safe", "unsafe": "unsafe", "by_hand": "by_hand", "applied": "applied"}
    return {name: sum(getattr(one, key) for one in counts) for name, key in names.items()}


def _project(batch: Batch, one: Project) -> dict[str, Any]:
    report, result = one.report, one.result
    return {
        "project": one.name,
        "checkout": one.checkout,
        "folder": result.folder,
        "status": result.status.value,
        "reason": result.reason,
        "version": report.version,
        "version_origin": report.version_origin,
        "target": report.target,
        "strategy": report.strategy,
        "findings": _findings((one,)),
        "files": [file.path for file in result.files],
        "shards": batch.slugs(one),
        "verdict": one.verdict,
        "notes": list(report.notes),
    }


def _shard(batch: Batch, shard: Shard) -> dict[str, Any]:
    added, removed = size(shard.files)
    return {
        "slug": shard.slug,
        "name": shard.name,
        "checkout": shard.checkout,
        "projects": sorted(shard.projects),
        "owners": list(shard.owners),
        "rules": [{"code": code, "answered": number} for code, number in batch.weights(shard).items()],
        "files": [
            {"path": file.path, "added": file.added, "removed": file.removed, "rules": list(file.rules)}
            for file in shard.files
        ],
        "added": added,
        "removed": removed,
        "verified": batch.verified(shard),
    }
