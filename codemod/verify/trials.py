"""States of the change, each tried once: what the analysis makes of it, and how the suite fares with it.

The first run is that of the unchanged project. What fails there is known; a state is bad only for what fails beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.evidence import Change, Comparison, SuiteRun
from codemod.pipeline import analyse
from codemod.verify.blame import Blame, Broken, find_guilty
from codemod.verify.compare import compare, reason, with_flaky

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from codemod.evidence import TestChange
    from codemod.model import FileChange, ProjectReport, Remedy
    from codemod.project.settings import Settings

    Withdrawn = tuple[tuple[Remedy, str], ...]

WHOLE_RUN = "the run as a whole"
_TRYING = "left out while the guilty one is sought"


@dataclass(frozen=True, slots=True)
class Trial:
    """One state of the change: what it is, how the suite ran with it, and how that compares with before."""

    report: ProjectReport
    run: SuiteRun
    comparison: Comparison

    @property
    def broken(self) -> Broken:
        """Return what got worse: ids of tests, WHOLE_RUN where the run came to a worse end, with the reasons."""
        worse = {one.id: _reason(one) for one in self.comparison.changes if one.change.is_worse}
        return {**worse, WHOLE_RUN: self.run.end} if self.comparison.worse_end else worse


def _reason(change: TestChange) -> str:
    return f"{change.change}: {reason(change.after) if change.after else ''}"


@dataclass(slots=True)
class Trials:
    """All trials of one project. ``moves`` says that runs after the change are on other versions than ``before``."""

    folder: Path
    settings: Settings
    before: SuiteRun
    run: Callable[[str, Sequence[FileChange]], SuiteRun]
    moves: bool = False
    _flaky: set[str] = field(default_factory=set)
    _known: dict[tuple[FileChange, ...], Trial] = field(default_factory=dict)

    def of(self, report: ProjectReport, name: str = "after") -> Trial:
        """Return the trial of a report's changes; a state that is known is not run again."""
        known = self._known.get(report.changes)
        if known is None:
            unchanged = not report.changes and not self.moves
            run = self.before if unchanged else self.run(name, report.changes)
            known = self._known[report.changes] = Trial(report, run, compare(self.before, run))
        return replace(known, report=report, comparison=with_flaky(known.comparison, self._flaky))

    def confirmed(self, trial: Trial) -> Trial:
        """Run a bad state once more; what fails only once is flaky, and from then on not held against any state.

        Of a run that came to a worse end only once the other one counts: it shows more.
        """
        if not trial.broken:
            return trial
        run = self.run("again", trial.report.changes)
        again = Trial(trial.report, run, compare(self.before, run))
        once, suspects = trial.broken.keys() - again.broken.keys(), trial.comparison.changes
        if WHOLE_RUN in once:
            self._known[trial.report.changes] = again
            suspects = trial.comparison.of(Change.BROKEN)  # what was not reached has done nothing
        self._flaky |= {change.id for change in suspects if change.id in once}
        return self.of(trial.report)

    def blame(self, trial: Trial) -> Blame[Remedy]:
        """Return which remedies make ``trial`` worse; raises TooManyRunsError."""
        remedies = trial.report.remedies

        def broken_with(kept: tuple[Remedy, ...]) -> Broken | None:
            rest = tuple(remedy for remedy in remedies if remedy not in kept)
            report = self.without(tuple((remedy, _TRYING) for remedy in rest))
            if kept and not report.changes:
                return None
            return self.of(report, f"with {len(kept)} of {len(remedies)} remedies").broken

        return find_guilty(remedies, trial.broken, broken_with)

    @property
    def unmigrated(self) -> SuiteRun | None:
        """Return how the unchanged suite fared on the versions of after the change, None where it was not run so."""
        known = self._known.get(())
        return known.run if known is not None and self.moves else None

    def without(self, withdrawn: Withdrawn) -> ProjectReport:
        """Return the report of the project with some remedies withdrawn, each with the reason."""
        return analyse(self.folder, self.settings, withdrawn=withdrawn)
