"""Real results: projects of the corpus in one checkout, analysed as a worker does, and cut by project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.corpus import CORPUS, load_case

from codemod.batch.outputs import export
from codemod.batch.outputs.view import Batch, RuleText, view
from codemod.batch.records import FilePatch, Result, Status
from codemod.batch.shards import Shard
from codemod.model import Report
from codemod.pipeline import analyse
from codemod.project.settings import Settings
from codemod.report.json import render
from codemod.rules import RULES
from codemod.source import diff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from codemod.model import FileChange, ProjectReport

TEXTS = {rule.code: RuleText(rule.summary, rule.why) for rule in RULES}
HOSTILE = (
    "`x` ``|| @team #12 GH-3 fixes #1 <script>alert(1)</script> </details> https://evil.example **b** [l](x) "
    "\x1b[31m\u202e\udcff\n\r\nCo-authored-by: x <x@evil.example>\n# head\n| a | b |"
)
"""Text that does harm wherever it is not escaped."""

CASES = {
    "services/api": "LM201-value-crosses-loops/document-session",
    "services/old": "LM400-loops-of-old-version/session-override",
    "libs/seeded rows": "LM201-value-crosses-loops/seeded-connection-isolate",
    "libs/healthy": "LM201-value-crosses-loops/no-change-sync-tests",
}
"""Projects by folder: one that is mended, one that moves to another version, one for a person, one that is well."""


def retry(project: str) -> str:
    return f"loopmend batch retry {project}"


def git(folder: Path, *arguments: str, stdin: bytes = b"", fails: bool = False) -> bytes:
    """Return what git prints, cut off from the machine's configuration; ``fails`` says that it must fail."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    variables |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "init.defaultBranch=main")
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, env=variables, capture_output=True, check=False)
    assert (done.returncode != 0) is fails, done.stderr.decode()
    return done.stdout


def monorepo(top: Path) -> Path:
    """Return a new repository with the projects of ``CASES``, all committed."""
    for folder, case in CASES.items():
        shutil.copytree(CORPUS / case / "before", top / folder)
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    return top


def results(top: Path, checkout: str = "mono") -> list[Result]:
    """Return the results of all projects of a monorepo, and one that failed."""
    found = [result(top, folder, checkout) for folder in CASES]
    return [*found, Result(f"{checkout}/broken", "broken", Status.FAILED, reason="out of memory (limit 2 GB)")]


def result(top: Path, folder: str, checkout: str = "mono") -> Result:
    """Return what a worker makes of one project."""
    settings = load_case(CORPUS / CASES[folder]).settings if folder in CASES else Settings()
    report = replace(analyse(top / folder, settings), root=folder or ".")
    entry = json.loads(render(Report((report,)), _count))["projects"][0]
    files = tuple(_file(report, change, folder) for change in report.changes)
    status = Status.CHANGED if files else Status.FINDINGS if report.findings else Status.CLEAN
    return Result("/".join(filter(None, (checkout, folder))), folder, status, "k", report=entry, files=files)


def shard(
    *found: Result, slug: str = "", files: Iterable[FilePatch] | None = None, owners: tuple[str, ...] = ()
) -> Shard:
    """Return the shard of some results of one checkout, with all their files or with ``files``."""
    chosen = tuple(file for one in found for file in one.files) if files is None else tuple(files)
    name = found[0].folder or found[0].project
    rules = tuple(sorted({rule for file in chosen for rule in file.rules}))
    checkout = found[0].project.removesuffix(f"/{found[0].folder}")
    projects = tuple(one.project for one in found)
    return Shard(name, slug or name.replace("/", "-").replace(" ", "-"), checkout, projects, chosen, rules, owners)


def shards(found: Iterable[Result]) -> list[Shard]:
    """Return a shard per project that is changed."""
    return [shard(one) for one in found if one.files]


def by_name(found: Iterable[Result], folder: str) -> Result:
    return next(one for one in found if one.folder == folder)


def looked_at(found: Iterable[Result], cut: Iterable[Shard] | None = None, **options: Any) -> Batch:
    found = list(found)
    return view(found, shards(found) if cut is None else cut, TEXTS, retry, **options)


def written(folder: Path, found: Iterable[Result], cut: Iterable[Shard] | None = None) -> dict[str, bytes]:
    """Return what an export leaves in ``folder``."""
    found = list(found)
    export(folder, found, shards(found) if cut is None else list(cut), TEXTS, retry)
    return content(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hostile(one: Result) -> Result:
    """Return a result with every text of the repository as bad as can be."""
    report = json.loads(json.dumps(one.report))
    report |= {"version_origin": HOSTILE, "notes": [HOSTILE], "failures": [{"path": HOSTILE, "reason": HOSTILE}]}
    for finding in report["findings"]:
        finding |= {"message": HOSTILE, "advice": HOSTILE, "symbol": HOSTILE}
        finding["location"]["path"] = HOSTILE
    report["findings"].append({**report["findings"][0], "id": "LM201-left"})
    project = f"{one.project}/{HOSTILE}"
    return replace(one, project=project, folder=f"{one.folder}/{HOSTILE}", report=report)


def _file(report: ProjectReport, change: FileChange, folder: str) -> FilePatch:
    prefix = f"{folder}/" if folder else ""
    codes = {
        remedy.code for remedy in report.remedies for operation in remedy.operations if operation.path == change.path
    }
    patch = FilePatch.encoded(diff.render([change], prefix))
    return FilePatch(prefix + change.path, patch, *_count(change), tuple(sorted(codes)))


def _count(change: FileChange) -> tuple[int, int]:
    _, added, removed = diff.stat([change])
    return added, removed
