"""What a rule is: a plain value, and a generator of findings over a suite.

A crossing is repaired by the strategy of the suite; what concerns one place only (`local_rule`) brings its own edits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.paths import crossing_steps, loops_in_words
from codemod.model import Applicability, Finding, Location, Remedy, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemod.analysis.crossings import Crossing
    from codemod.analysis.suite import Suite
    from codemod.operations import Operation


@dataclass(frozen=True, slots=True)
class Case:
    """One finding of a local rule, the edits that answer it, how far they may be trusted and why not further."""

    finding: Finding
    operations: tuple[Operation, ...] = ()
    applicability: Applicability = Applicability.DISPLAY
    condition: str = ""


def _no_cases(suite: Suite) -> Iterator[Case]:
    del suite
    return iter(())


@dataclass(frozen=True, slots=True)
class Rule:
    """A code and its promise. ``doc`` is the module's docstring: the page `loopmend explain CODE` shows.

    ``cases`` are the findings of a local rule with their edits; ``cure`` is the title of the remedy they make together.
    ``optional`` rules take part only where they are selected by their code. ``breaks`` says that the target does not
    run a suite in which a finding is left, so that it must not be installed before. ``valid_from`` is the oldest
    pytest-asyncio that runs what the edits leave as it ran what they found, empty where only the target does.
    """

    code: str
    name: str
    summary: str
    since: str
    max_applicability: Applicability
    doc: str
    check: Callable[[Suite], Iterator[Finding]]
    cases: Callable[[Suite], Iterator[Case]] = _no_cases
    cure: str = ""
    optional: bool = False
    breaks: bool = False
    valid_from: str = ""

    @property
    def why(self) -> str:
        """Return what goes wrong, with the error as it is raised, in one line of Markdown."""
        return " ".join(self.doc.partition("*Why is this bad.*")[2].partition("*Fix safety.*")[0].split())

    def remedies(self, suite: Suite) -> Iterator[Remedy]:
        """Yield one remedy for all cases that are trusted alike: what a rule does it does everywhere or nowhere."""
        groups: dict[tuple[Applicability, str], list[Case]] = {}
        for case in self.cases(suite):
            if case.operations:
                groups.setdefault((case.applicability, case.condition), []).append(case)
        for (applicability, condition), cases in groups.items():
            operations = tuple(dict.fromkeys(op for case in cases for op in case.operations))
            ids = tuple(dict.fromkeys(case.finding.id for case in cases))
            yield Remedy(self.cure, self.code, applicability, operations, ids, condition)


def local_rule(
    code: str,
    name: str,
    summary: str,
    max_applicability: Applicability,
    doc: str,
    cases: Callable[[Suite], Iterator[Case]],
    cure: str,
    since: str = "0.2.0",
    optional: bool = False,
    breaks: bool = False,
    valid_from: str = "",
) -> Rule:
    """Return a rule whose findings carry their own edits."""

    def check(suite: Suite) -> Iterator[Finding]:
        return (case.finding for case in cases(suite))

    return Rule(code, name, summary, since, max_applicability, doc, check, cases, cure, optional, breaks, valid_from)


def finding(
    code: str,
    location: Location,
    message: str,
    subject: str,
    symbol: str = "",
    steps: tuple[Step, ...] = (),
    advice: str = "",
) -> Finding:
    """Return a finding whose id survives line moves: it hashes path, symbol and subject, never a line."""
    digest = hashlib.sha256("\0".join((location.path, symbol, subject)).encode("utf-8", "surrogateescape")).hexdigest()[
        :8
    ]
    return Finding(code, location, message, f"{code}-{digest}", symbol, steps, Applicability.DISPLAY, advice)


def crossing_finding(
    code: str, suite: Suite, crossing: Crossing, says: str, subject: str = "", advice: str = ""
) -> Finding:
    """Return the finding of a crossing; ``says`` follows the resource's name and may hold ``{loops}``."""
    made = crossing.made
    owner = made.owner.qualname if made.owner is not None else ""
    where = f", made in fixture `{owner}`," if owner else ", module-level,"
    message = f"`{made.name}` ({made.resource.name}){where} {says.format(loops=loops_in_words(crossing))}"
    steps = crossing_steps(suite, crossing)
    return finding(code, made.location, message, subject or made.resource.id, owner or made.name, steps, advice)
