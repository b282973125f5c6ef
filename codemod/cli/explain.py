"""``loopmend explain``: a rule's page, or one finding of this project in full."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from codemod.cli.choices import one_of
from codemod.cli.options import Selection
from codemod.cli.run import Project, analyse_all, combined, count, source, unsafe
from codemod.cli.verb import verb
from codemod.errors import ExitCode

if TYPE_CHECKING:
    from codemod.cli.console import Console
    from codemod.model import ProjectReport
    from codemod.rules import Rule


@verb(Selection)
def explain(
    console: Console,
    selection: Selection,
    topic: Annotated[str, typer.Argument(metavar="CODE_OR_ID", help="A rule's code or name, or a finding's id.")],
) -> ExitCode:
    """Explain a rule, or one finding of this project."""
    from codemod.rules import EXCLUDED, RULES

    rule = next((rule for rule in RULES if topic.upper() == rule.code or topic == rule.name), None)
    if rule is not None:
        _show_rule(console, rule)
    elif topic in EXCLUDED:
        console.out(f"{topic}: no rule, on purpose\n\n{EXCLUDED[topic]}\n")
    elif any(topic.startswith(rule.code) for rule in RULES):
        _show_finding(console, _only(analyse_all(selection, console), topic))
    else:
        one_of("explain", topic, [*(rule.code for rule in RULES), *(rule.name for rule in RULES), *EXCLUDED])
    return ExitCode.DONE


def _show_rule(console: Console, rule: Rule) -> None:
    if console.screen.json:
        from codemod.cli.rules import as_data
        from codemod.report.json import dump

        console.out(dump({"rule": as_data(rule) | {"doc": rule.doc}}))
    else:
        head = f"{rule.code} {rule.name} (since {rule.since}, fixes at most {rule.max_applicability.word})"
        console.out(f"{head}\n\n{rule.doc.strip()}\n")


def _only(projects: tuple[Project, ...], finding_id: str) -> tuple[Project, ...]:
    """Return the projects that have the finding, narrowed to it; raise UsageError where none has it."""
    known = [finding.id for project in projects for finding in project.report.findings]
    one_of("finding", finding_id, known)
    narrowed = (replace(project, report=_narrow(project.report, finding_id)) for project in projects)
    return tuple(project for project in narrowed if project.report.findings)


def _narrow(report: ProjectReport, finding_id: str) -> ProjectReport:
    found = tuple(finding for finding in report.findings if finding.id == finding_id)
    return replace(
        report,
        findings=found,
        remedies=tuple(remedy for remedy in report.remedies if finding_id in remedy.findings),
        withheld=tuple(remedy for remedy in report.withheld if finding_id in remedy.findings),
    )


def _show_finding(console: Console, projects: tuple[Project, ...]) -> None:
    report = combined(projects)
    if console.screen.json:
        from codemod.report.json import render

        console.out(render(report, count))
        return
    from codemod.report.text import render_findings

    style = {"verbose": console.screen.verbose, "quiet": console.screen.quiet, "unsafe": unsafe(projects)}
    console.out(render_findings(report, source, console.color, **style))
    console.say(f"Next: loopmend explain {report.projects[0].findings[0].code} for the rule.")
