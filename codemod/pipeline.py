"""From a folder to a report: discover, index, resolve, assign, diagnose, repair, merge, rewrite, prove.

One path serves every verb; preview and apply differ only in what is done with ``ProjectReport.changes`` (DESIGN law 8).
Nothing here writes into the project, and nothing of the project is imported or run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod import rules
from codemod.analysis.crossings import new_mismatches
from codemod.analysis.relations import difference, relations
from codemod.errors import FileError
from codemod.model import (
    Applicability,
    Counts,
    FileChange,
    FileFailure,
    Finding,
    ProjectReport,
    Remedy,
)
from codemod.plan import Plan, held_back, merge
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.reading import (
    Progress,
    Project,
    discover_project,
    open_workspace,
    read_suite,
    silent,
    with_requirements,
)
from codemod.rewrite import rewrite_file
from codemod.rules import lm108_set_by_command
from codemod.runs import runs_after
from codemod.staging import for_now, needs_target, pin_notes, with_pins_last
from codemod.strategies import Choice, choose
from codemod.strategies.named import named_remedy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from codemod.analysis.suite import Suite
    from codemod.analysis.workspace import Workspace
    from codemod.project.settings import Settings

_MEND_CROSSINGS = ("LM201", "LM202", "LM204", "LM205")
_LATER = (
    "what pytest-asyncio {1} would not run makes a second patch (files: {0}), for when it need not work any more: "
    "`loopmend diff --step bump` with the same options shows it, `loopmend migrate` without --keep-compat applies it"
)
NESTED = "not read, because they have a pytest configuration of their own: "
"""How the note begins that tells of projects below a project."""
_SHOWN_OPTIONS = ("asyncio_mode", FIXTURE_OPTION, TEST_OPTION)


@dataclass(frozen=True, slots=True)
class _Step:
    """One way through the suite: what was read and found, what is to be done about it, and the proven changes."""

    suite: Suite
    findings: tuple[Finding, ...]
    choice: Choice
    plan: Plan
    changes: tuple[FileChange, ...]
    failures: tuple[FileFailure, ...]


def analyse(
    folder: Path,
    settings: Settings,
    progress: Progress | None = None,
    withdrawn: Iterable[tuple[Remedy, str]] = (),
) -> ProjectReport:
    """Return all that is to be said of one project, with the changes ``migrate`` would make.

    ``withdrawn`` are remedies of an earlier report that must not be applied, each with the reason. Raises UsageError
    where the folder is no project of its own, ConfigError where its configuration cannot be read.
    """
    tell = progress or silent
    project = replace(discover_project(folder, settings, tell), withdrawn=tuple(withdrawn))
    workspace = open_workspace(project)
    tell("reading", 0, len(project.files))
    step = _step(project, workspace, tell)
    if step is None:
        return _report(project, workspace, notes=("pytest-asyncio is not used here: nothing to do",))
    return _report(project, workspace, step, later=_later(project, workspace, step))


def _step(project: Project, workspace: Workspace, tell: Progress) -> _Step | None:
    """Read, diagnose, repair, rewrite and prove; None where pytest-asyncio is not used."""
    suite = read_suite(project, workspace, tell)
    if suite is None:
        return None
    tell("diagnosing", 0, 1)
    findings = tuple(rules.check(suite, project.settings.select, project.settings.ignore))
    choice, plan = repair(suite, project, findings)
    findings, plan = _with_commands(suite, project.settings, findings, plan)
    tell("rewriting", 0, len(plan.by_path()))
    changes, plan, failures = rewrite(plan, workspace)
    plan, changes = prove(project, workspace, suite, plan, changes)
    return _Step(suite, findings, choice, plan, changes, failures)


def _later(project: Project, workspace: Workspace, step: _Step) -> tuple[FileChange, ...]:
    """Return what is left for when the older version that is kept working need not work any more."""
    if step.suite.keep is None or not any(needs_target(step.suite, remedy) for remedy in step.plan.withheld):
        return ()
    settings = replace(project.settings, keep_compat=None)
    after = _project_after(replace(project, settings=settings), step.changes)
    second = _step(after, workspace.with_overlay({c.path: c.after for c in step.changes}), silent)
    return second.changes if second is not None else ()


# --- repair, rewrite, prove ------------------------------------------------------------------------------------


def repair(suite: Suite, project: Project, findings: tuple[Finding, ...]) -> tuple[Choice, Plan]:
    """Choose one strategy for the suite, or the named remedy alone, and decide what is applied."""
    settings = project.settings
    if settings.remedy is not None:
        remedy = named_remedy(suite, settings.remedy, findings)
        warning = remedy.condition if remedy is not None else ""
        named = merge([remedy] if remedy is not None else [], unsafe=True)
        return Choice(settings.remedy, reason=warning), _without(named, project.withdrawn)
    choice = choose(suite, settings.strategy, project.config_place, findings)
    selected = {f.id for f in findings}
    wanted = [r for r in _answering(choice, suite, findings) if set(r.findings) & selected]
    unseen = (_unseen(project, suite.workspace) or _unagreed(project)) if wanted else ""
    local = rules.remedies(suite, settings.select, settings.ignore)
    plan = merge([*(_doubted(r, unseen) if unseen else r for r in wanted), *local], settings.unsafe)
    plan = _without(plan, project.withdrawn)
    return choice, with_pins_last(suite, for_now(suite, plan), findings, settings)


def _without(plan: Plan, withdrawn: Iterable[tuple[Remedy, str]]) -> Plan:
    """Hold back the withdrawn remedies; of one rule, those that answer the same findings are the same remedy."""

    def reason(remedy: Remedy) -> str:
        same = (
            why for other, why in withdrawn if other.code == remedy.code and set(other.findings) & set(remedy.findings)
        )
        return next(same, "")

    return held_back(plan, reason)


def _answering(choice: Choice, suite: Suite, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """Return the remedies, the first of them with every finding that is gone where it takes the suite."""
    if choice.layout is None or not choice.remedies:
        return choice.remedies
    left = {f.id for f in rules.check(replace(suite, layout=choice.layout, _diagnoses={}))}
    first = choice.remedies[0]
    gone = (f.id for f in findings if f.id not in left)
    return (replace(first, findings=tuple(dict.fromkeys((*first.findings, *gone)))), *choice.remedies[1:])


def _with_commands(
    suite: Suite, settings: Settings, findings: tuple[Finding, ...], plan: Plan
) -> tuple[tuple[Finding, ...], Plan]:
    """Add the findings about commands that contradict the plan, to the remedies that edit them as well."""
    if not rules.is_selected(lm108_set_by_command.RULE.code, settings.select, settings.ignore):
        return findings, plan
    found = tuple(lm108_set_by_command.contradictions(suite, (*plan.applied, *plan.withheld)))

    def answering(remedy: Remedy) -> Remedy:
        more = tuple(finding.id for finding, code in found if code == remedy.code)
        return replace(remedy, findings=(*remedy.findings, *more)) if more else remedy

    new = Plan(tuple(map(answering, plan.applied)), tuple(map(answering, plan.withheld)))
    return (*findings, *(finding for finding, _ in found)), new


def _unseen(project: Project, workspace: Workspace) -> str:
    """Return why part of the suite is out of sight, "" where all was read that pytest can read."""
    from codemod.rewrite.python.newer import is_valid

    if project.linked:
        return _linked_note(project)[0]
    unread = (
        p
        for p in workspace.failures
        if workspace.is_test_code(p) and (data := workspace.read(p)) is not None and is_valid(data)
    )
    why = "could not be read by the Python loopmend runs on (newer syntax, or too deep): try a newer Python"
    return next((f"{path} {why}" for path in unread), "")


def _unagreed(project: Project) -> str:
    """Return why the repository's commands leave open on which loops the tests run, "" where they do not."""
    return f"{project.runs.doubt}: check that the change suits all of them" if project.runs.doubt else ""


def _doubted(remedy: Remedy, reason: str) -> Remedy:
    trust = min(remedy.applicability, Applicability.UNSAFE)
    return replace(remedy, applicability=trust, condition=remedy.condition or reason)


def rewrite(plan: Plan, workspace: Workspace) -> tuple[tuple[FileChange, ...], Plan, tuple[FileFailure, ...]]:
    """Return the new bytes of every file of the plan; a file that cannot be edited exactly withdraws the whole plan."""
    changes = []
    for path, operations in plan.by_path().items():
        try:
            changes.append(_rewritten(path, operations, workspace))
        except FileError as error:
            return (), _withdrawn(plan, str(error)), (FileFailure(path, error.reason),)
    return tuple(c for c in changes if c.before != c.after), plan, ()


def _rewritten(path: str, operations: tuple[object, ...], workspace: Workspace) -> FileChange:
    place = workspace.root / path
    exists = path in workspace.overlay or place.exists()
    before = workspace.read(path) if exists else None
    if exists and before is None:
        raise FileError(path, workspace.failures[path].reason)
    mode = place.stat().st_mode & 0o7777 if place.exists() else 0o644
    return FileChange(path, before, rewrite_file(path, before, operations), mode)  # type: ignore[arg-type]


def prove(
    project: Project, workspace: Workspace, suite: Suite, plan: Plan, changes: tuple[FileChange, ...]
) -> tuple[Plan, tuple[FileChange, ...]]:
    """Read the result as if it were on disk; withdraw the plan unless what it repairs is gone and nothing is new."""
    if not changes or project.settings.remedy is not None:
        return plan, changes
    result = _project_after(project, changes)
    overlay = workspace.with_overlay({c.path: c.after for c in changes})
    after = read_suite(result, overlay)
    doubt = _doubt(suite, after, plan) if after is not None else _vanished(suite)
    if not doubt and after is not None:
        again = repair(after, result, tuple(rules.check(after)))[1]
        doubt = "a second run would change more" if again.operations else ""
    return (_withdrawn(plan, doubt), ()) if doubt else (plan, changes)


def _project_after(project: Project, changes: tuple[FileChange, ...]) -> Project:
    """Return the project with the configuration, commands and requirements it has once ``changes`` are on disk."""
    changed = {change.path: change.after for change in changes}
    runs = runs_after(project.runs, changed)
    return with_requirements(replace(project, config=runs.config, runs=runs), changed)


def _vanished(before: Suite) -> str:
    """Return what speaks against a result without pytest-asyncio, "" where it ran no test before either."""
    lost = next((item.id for item in before.graph.items if item.kind == "asyncio"), "")
    return f"{lost} would no longer be run" if lost else ""


def _doubt(before: Suite, after: Suite, plan: Plan) -> str:
    """Return what speaks against the result, "" where nothing does."""
    lost = {*after.workspace.failures, *after.workspace.unread} - {*before.workspace.failures, *before.workspace.unread}
    if lost:
        return f"the rewritten {min(lost)} cannot be read back"
    found = after.diagnose(after.layout)
    # What no applied remedy answers, because a person has to, may go on crossing; nothing new may.
    mended = any(remedy.code in _MEND_CROSSINGS for remedy in plan.applied)
    accepted = set() if mended else {(c.made.site[0], c.made.name) for c in before.diagnose().proven}
    if left := [c for c in found.proven if (c.made.site[0], c.made.name) not in accepted]:
        return f"`{left[0].made.name}` would still cross loops"
    if new := new_mismatches(before.diagnose(), found):
        return f"fixture `{new[0].fixture.decl.name}` would be a ScopeMismatch"
    if before.leaves_event_loop and (torn := _torn(before, after)):
        return torn
    if sorted(i.id for i in before.graph.items) != sorted(i.id for i in after.graph.items):
        return "other tests would be collected"
    return ""


def _torn(before: Suite, after: Suite) -> str:
    """Return which test no longer shares its loop with the same fixtures, "" where all do (or something crossed)."""
    if before.diagnose().proven or before.translation is None or before.translation.layout is None:
        return ""
    was = relations(before.graph, before.linked, before.layout, before.models[0])
    now = relations(after.graph, after.linked, after.layout, after.planned[-1])
    found = difference(was, now, before.graph.items)
    return f"{found[0].id} would not share its loop with the same fixtures" if found is not None else ""


def _withdrawn(plan: Plan, reason: str) -> Plan:
    return held_back(plan, lambda _: f"withdrawn: {reason}")


# --- report --------------------------------------------------------------------------------------------------------


def _report(
    project: Project,
    workspace: Workspace,
    step: _Step | None = None,
    later: tuple[FileChange, ...] = (),
    notes: tuple[str, ...] = (),
) -> ProjectReport:
    suite, plan = (step.suite, step.plan) if step is not None else (None, Plan())
    failures = step.failures if step is not None else ()
    found = {f.path: f for f in (*project.failures, *workspace.failures.values(), *failures)}
    return ProjectReport(
        root=str(project.root),
        version=suite.version if suite is not None else project.version,
        version_origin=suite.version_origin if suite is not None else project.version_origin,
        target=suite.target if suite is not None else project.version,
        options=tuple(project.config.options[name] for name in _SHOWN_OPTIONS),
        strategy=step.choice.strategy if step is not None else "preserve",
        findings=_trusted(step) if step is not None else (),
        remedies=plan.applied,
        withheld=plan.withheld,
        alternatives=step.choice.alternatives if step is not None else (),
        changes=step.changes if step is not None else (),
        failures=tuple(found[path] for path in sorted(found)),
        notes=(
            *notes,
            *_unread_note(workspace),
            *_nested_note(project),
            *_linked_note(project),
            *((project.runs.note,) if step is not None and project.runs.note else ()),
            *project.config.notes,
            *project.outside.notes,
            *((step.choice.reason,) if step is not None and step.choice.reason else ()),
            *(pin_notes(step.suite) if step is not None else ()),
            *((_LATER.format(len(later), step.suite.keep),) if step is not None and later else ()),
        ),
        counts=_counts(suite, project.files),
        later=later,
    )


def _trusted(step: _Step) -> tuple[Finding, ...]:
    """Return the findings in order of place, each with how far the remedy that answers it may be trusted."""
    trust = {i: r.applicability for r in (*step.plan.withheld, *step.plan.applied) for i in r.findings}
    findings = (replace(f, applicability=trust.get(f.id, f.applicability)) for f in step.findings)
    return tuple(sorted(findings, key=lambda f: f.location))


def _unread_note(workspace: Workspace) -> tuple[str, ...]:
    unread = sorted(workspace.unread.values(), key=lambda failure: failure.path)
    if not unread:
        return ()
    names = "; ".join(f"{failure.path} ({failure.reason})" for failure in unread[:5]) + (
        "; …" if len(unread) > 5 else ""
    )
    count = "1 application file" if len(unread) == 1 else f"{len(unread)} application files"
    return (f"{count} could not be read, so values made there are unknown: {names}",)


def _nested_note(project: Project) -> tuple[str, ...]:
    if not project.nested:
        return ()
    names = ", ".join(name.rstrip("/") for name in project.nested[:5]) + (", …" if len(project.nested) > 5 else "")
    return (f"{NESTED}{names} (give each as PATH)",)


def _linked_note(project: Project) -> tuple[str, ...]:
    if not project.linked:
        return ()
    return (f"{', '.join(project.linked)}: a link, which loopmend does not follow, so its fixtures are unknown",)


def _counts(suite: Suite | None, files: tuple[str, ...]) -> Counts:
    if suite is None:
        return Counts(files=len(files))
    return Counts(len(files), len(suite.graph.fixtures), len(suite.graph.items))
