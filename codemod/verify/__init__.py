"""Run a suite before and after a change, compare test by test, and withdraw what makes it worse.

This is the one part of loopmend that executes a project's code (DESIGN law 1), always in throw-away copies.

    report   = analyse(project)                    the same analysis as everywhere
    before   = run(the project as it is)           session.py      environment, copies, one supervised process
    after    = run(report.changes)                 on the versions that the change is for
    compared = compare(before, after)              compare.py      what failed before does not count
    guilty   = blame(remedies)                     blame.py        only where something got worse, and stays so
    report   = analyse(project, without guilty)    settle.py       what is left is tried, too
    evidence                                       report/evidence_*.py
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.evidence import Change, End, Evidence, SuiteRun, Verdict
from codemod.pipeline import analyse
from codemod.plan import Plan, held_back
from codemod.processes.cleanup import terminable
from codemod.verify.session import Session
from codemod.verify.settle import settle
from codemod.verify.strategies import best
from codemod.verify.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemod.evidence import Tried
    from codemod.model import ProjectReport
    from codemod.project.settings import Settings
    from codemod.verify.options import Options
    from codemod.verify.settle import Settled
    from codemod.verify.trials import Trial, Withdrawn


@dataclass(frozen=True, slots=True)
class Verified:
    """What the suite stands for: a report whose changes may be applied, the evidence, and what was withdrawn."""

    report: ProjectReport
    evidence: Evidence
    withdrawn: Withdrawn = ()


def verify(
    folder: Path,
    settings: Settings,
    options: Options,
    say: Callable[[str], None],
    tell: Callable[[str, int, int], None],
) -> Verified:
    """Run the suite of ``folder`` before and after what ``migrate`` would change, and return what holds.

    The project's code is executed, in copies; before the first run ``say`` is told the command, and during each
    ``tell`` how far it is. A project without a test that loopmend has a say in is not run. Raises what
    ``pipeline.analyse`` raises, and LoopmendError where the suite cannot be run.
    """
    report = analyse(folder, settings)
    if not (report.changes or report.findings or report.counts.tests):
        never = SuiteRun(End.NOT_STARTED, None, 0)
        return Verified(report, Evidence(report.root, "", "", Verdict.UNCHANGED, never, notes=report.notes))
    with terminable(), Session(folder, settings, options, report, say, tell) as session:
        before = session.before()

        def trials_of(chosen: Settings) -> Trials:
            return Trials(folder, chosen, before, session.after, session.moves)

        trials = trials_of(settings)
        tried: tuple[Tried, ...] = ()
        if options.best:
            contest = best(folder, settings, trials_of)
            trials, report, tried = contest.trials, contest.report, contest.tried
        settled = settle(trials, report) if report.changes else None
        if trials.unmigrated is not None:
            session.note_unmigrated(trials.unmigrated)
        evidence = _evidence(session, report, before, settled, tried)
    final = settled.trial.report if settled else report
    left = final if evidence.verdict.holds else _refused(final)
    return Verified(left, evidence, settled.withdrawn if settled else ())


def _refused(report: ProjectReport) -> ProjectReport:
    """Return ``report`` with nothing to apply, because no run speaks for it."""
    plan = held_back(
        Plan(report.remedies, report.withheld), lambda _: "withdrawn: the runs of the suite do not prove it"
    )
    return replace(report, remedies=plan.applied, withheld=plan.withheld, changes=(), later=())


def _evidence(
    session: Session, report: ProjectReport, before: SuiteRun, settled: Settled | None, tried: tuple[Tried, ...]
) -> Evidence:
    trial, verdict = (settled.trial if settled else None), _verdict(before, settled)
    seen = [session.agreement("before", before)]
    if trial is not None and trial.report.changes:
        seen.append(session.agreement("after", trial.run, trial.report.changes))
    evidence = Evidence(
        root=report.root,
        command=session.command,
        interpreter=session.interpreter,
        verdict=verdict,
        before=before,
        after=trial.run if trial is not None else None,
        comparison=trial.comparison if trial is not None else None,
        requirements=session.requirements if trial is not None else (),
        rolled_back=settled.rolled_back if settled else (),
        tried=tried,
        disagreements=tuple(one for each in seen for one in each.disagreements),
        compared_loops=sum(each.compared for each in seen),
        blamed=settled.blamed if settled else "",
        runs=session.runs,
        notes=session.notes,
        strategy=report.strategy,
    )
    if trial is None or not evidence.verdict.holds:
        return evidence
    files = tuple(change.path for change in trial.report.changes)
    return replace(evidence, files=files, kept=tuple((remedy.code, remedy.title) for remedy in trial.report.remedies))


def _verdict(before: SuiteRun, settled: Settled | None) -> Verdict:
    if settled is None:
        return Verdict.UNCHANGED
    trial = settled.trial
    if settled.blamed or not trial.report.changes:
        return Verdict.WORSE
    if not _tells(before, trial):
        return Verdict.UNPROVEN
    better = trial.comparison.of(Change.FIXED) or (before.end is not End.FINISHED and trial.run.end is End.FINISHED)
    return Verdict.BETTER if better else Verdict.SAME


def _tells(before: SuiteRun, trial: Trial) -> bool:
    """Tell whether any test ran to a result after the change, and the run can be held against the one before."""
    ran = any(test.outcome.is_good or test.outcome.is_bad for test in trial.run.tests)
    return ran and (before.end in (End.FINISHED, End.TIMED_OUT) or trial.run.end is End.FINISHED)
