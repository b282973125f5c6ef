"""A batch as its outputs look at it: sorted, with the reports of its projects as values of the model again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from codemod.batch.names import path_from_top
from codemod.batch.outputs.reports import read_report
from codemod.batch.records import Status
from codemod.evidence import Verdict
from codemod.model import Applicability, Report
from codemod.report.tally import Tally, remaining, standing, tally, withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from codemod.batch.records import FilePatch, Result
    from codemod.batch.shards import Shard
    from codemod.model import Finding, ProjectReport

Place = tuple[str, str, int]
"""A checkout, a path from its top, and a line."""
_GOOD = (Verdict.BETTER, Verdict.SAME)
_STATUS = (Status.CHANGED, Status.CLEAN, Status.FINDINGS, Status.FAILED)
_NOT_PROVEN = "not applied: the run of the tests did not prove it"


@dataclass(frozen=True, slots=True)
class RuleText:
    """What is said of a rule: what it finds, and what goes wrong, each one line of Markdown without a link."""

    summary: str
    why: str


@dataclass(frozen=True, slots=True)
class Mend:
    """A remedy that is applied, the ids of the findings it answers, and what it edits (as the patch names it)."""

    code: str
    title: str
    findings: tuple[str, ...]
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that stays: what keeps it (``by hand`` or ``needs --unsafe``), and what to do ("" where unknown).

    ``by`` names the project whose change does it ("" for none): the requirements of one can be those of others, too.
    """

    finding: Finding
    state: str
    todo: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A project that failed, or one ``file`` of it that could not be processed; ``retry`` is the command for it."""

    project: str
    file: str
    reason: str
    retry: str


@dataclass(frozen=True, slots=True)
class Project:
    """A result with its report, whose remedies have no operations here, and the findings that stay, by place."""

    result: Result
    report: ProjectReport
    mends: tuple[Mend, ...]
    counts: Tally
    left: tuple[Left, ...]

    @property
    def name(self) -> str:
        """Return the name of the project."""
        return self.result.project

    @property
    def checkout(self) -> str:
        """Return the name of the checkout."""
        return self.name.removesuffix(f"/{self.result.folder}") if self.result.folder else self.name

    @property
    def versions(self) -> str:
        """Return the version of pytest-asyncio, or from which to which; "" where it is not used."""
        report = self.report
        if not self.uses_plugin:
            return ""
        return report.version if report.version == report.target else f"{report.version} → {report.target}"

    @property
    def uses_plugin(self) -> bool:
        """Tell whether pytest-asyncio was found to be used."""
        return bool(self.report.counts.tests or self.report.counts.fixtures or self.report.findings)

    @property
    def verdict(self) -> str:
        """Return what a run of the tests showed, "" where they were not run."""
        return str(self.result.evidence.get("verdict", ""))

    def path(self, path: str) -> str:
        """Return a path of the report as seen from the top of the checkout."""
        return path_from_top(self.result.folder, path)

    def place(self, finding: Finding) -> Place:
        """Return where a finding is, whichever project has it."""
        return self.checkout, self.path(finding.location.path), finding.location.line


@dataclass(frozen=True, slots=True)
class Batch:
    """All projects by name, all shards by slug, and what the outputs have to be told.

    ``rules`` are the texts by code, ``retry`` gives the command that tries a project again, and ``repeat`` are the
    options, as words, for a command that gives the same result.
    """

    projects: tuple[Project, ...]
    shards: tuple[Shard, ...]
    rules: Mapping[str, RuleText]
    retry: Callable[[str], str]
    repeat: Sequence[str]
    _by_name: Mapping[str, Project]
    _slugs: Mapping[str, list[str]]

    def of(self, shard: Shard) -> list[Project]:
        """Return the projects that a shard changes, by name."""
        return [self._by_name[name] for name in shard.projects]

    def slugs(self, project: Project) -> list[str]:
        """Return the shards that change a project."""
        return self._slugs.get(project.name, [])

    def mends(self, shard: Shard) -> list[tuple[Project, Mend]]:
        """Return the remedies in a shard with their projects."""
        paths = {file.path for file in shard.files}
        return [(one, mend) for one in self.of(shard) for mend in one.mends if mend.paths & paths]

    def weights(self, shard: Shard) -> dict[str, int]:
        """Return how many findings a shard answers, by rule; a rule whose edits answer those of others has none."""
        answered = {(one.name, id_) for one, mend in self.mends(shard) for id_ in mend.findings}
        found = Counter(
            finding.code
            for one in self.of(shard)
            for finding in one.report.findings
            if (one.name, finding.id) in answered
        )
        return {code: found[code] for code in sorted({*shard.rules, *found})}

    def verified(self, shard: Shard) -> str:
        """Return whether runs of the tests speak for a shard: ``verified``, ``verified 2 of 3``, "" for none."""
        projects = self.of(shard)
        good = sum(one.verdict in _GOOD for one in projects)
        return "" if not good else "verified" if good == len(projects) else f"verified {good} of {len(projects)}"

    @property
    def status(self) -> dict[Status, int]:
        """Return how many projects ended in which way."""
        found = Counter(one.result.status for one in self.projects)
        return {status: found[status] for status in _STATUS}

    @property
    def failures(self) -> list[Failure]:
        """Return what could not be processed, by project and file."""
        found = [
            *((one, "", one.result.reason) for one in self.projects if one.result.status is Status.FAILED),
            *((one, one.path(each.path), each.reason) for one in self.projects for each in one.report.failures),
        ]
        found.sort(key=lambda row: (row[0].name, row[1]))
        return [Failure(one.name, file, reason, self.retry(one.name)) for one, file, reason in found]


def view(
    results: Iterable[Result],
    shards: Iterable[Shard],
    rules: Mapping[str, RuleText],
    retry: Callable[[str], str],
    unsafe: bool = False,
    repeat: Sequence[str] = (),
) -> Batch:
    """Return a batch to make outputs of; ``unsafe`` says that ``--unsafe`` is in force."""
    projects = _shared([_project(result, unsafe) for result in sorted(results, key=lambda result: result.project)])
    ordered = tuple(map(_in_order, sorted(shards, key=lambda shard: shard.slug)))
    slugs: dict[str, list[str]] = {}
    for shard in ordered:
        for name in shard.projects:
            slugs.setdefault(name, []).append(shard.slug)
    return Batch(projects, ordered, rules, retry, repeat, {one.name: one for one in projects}, slugs)


def _in_order(shard: Shard) -> Shard:
    files = tuple(sorted(shard.files, key=lambda file: file.path))
    return replace(shard, projects=tuple(sorted(shard.projects)), files=files)


def size(files: Iterable[FilePatch]) -> tuple[int, int]:
    """Return how many lines some patches add and remove."""
    sizes = [(file.added, file.removed) for file in files]
    return sum(added for added, _ in sizes), sum(removed for _, removed in sizes)


def _project(result: Result, unsafe: bool) -> Project:
    result = replace(result, files=tuple(sorted(result.files, key=lambda file: file.path)))
    report = read_report(result.report, result.folder or ".")
    if not result.files:
        # A verification that failed takes the changes back, and leaves the remedies in the report.
        back = tuple(replace(remedy, condition=_NOT_PROVEN) for remedy in report.remedies)
        report = replace(report, remedies=(), withheld=(*report.withheld, *back))
    mends = (_mend(one, result.folder) for one in result.report.get("remedies", ()) if result.files)
    left = tuple(_left(report, finding, unsafe) for finding in remaining(report))
    return Project(result, report, tuple(mends), tally(Report((report,)), unsafe), left)


def _shared(projects: Sequence[Project]) -> tuple[Project, ...]:
    """Return the projects where what another one's change does at the same place is not left to do."""
    done: dict[Place, str] = {}
    for one in projects:
        answered = {id_ for mend in one.mends for id_ in mend.findings}
        done.update((one.place(found), one.name) for found in one.report.findings if found.id in answered)
    return tuple(replace(one, left=tuple(_unless_done(each, done, one) for each in one.left)) for one in projects)


def _unless_done(left: Left, done: Mapping[Place, str], project: Project) -> Left:
    by = done.get(project.place(left.finding), project.name)
    return left if by == project.name else replace(left, state=f"done with {by}", todo="", by=by)


def _left(report: ProjectReport, finding: Finding, unsafe: bool) -> Left:
    more = standing(report, finding, unsafe) is Applicability.UNSAFE
    remedy = withheld(report, finding)
    todo = "; ".join(part for part in (finding.advice, remedy.condition if remedy else "") if part)
    return Left(finding, "needs --unsafe" if more else "by hand", todo)


def _mend(data: Mapping[str, Any], folder: str) -> Mend:
    paths = _paths(data["operations"], folder)
    return Mend(data["code"], data["title"], tuple(data["findings"]), paths)


def _paths(operations: Sequence[Mapping[str, Any]], folder: str) -> frozenset[str]:
    return frozenset(path_from_top(folder, one["path"]) for one in operations)
