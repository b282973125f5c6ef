"""``loopmend rules``: what is looked for, what is left out on purpose, and the remedies that have a name."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codemod.cli.verb import verb
from codemod.errors import ExitCode

if TYPE_CHECKING:
    from codemod.cli.console import Console
    from codemod.rules import Rule


@verb()
def rules(
    console: Console,
    remedies: Annotated[bool, typer.Option("--remedies", help="List the named remedies instead.")] = False,
) -> ExitCode:
    """List the rules, or the named remedies."""
    if remedies:
        _list_remedies(console)
    else:
        _list_rules(console)
    return ExitCode.DONE


def as_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as JSON values, without its page."""
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "since": rule.since,
        "max_applicability": rule.max_applicability.word,
    }


def _list_rules(console: Console) -> None:
    from codemod.rules import EXCLUDED, RULES

    if console.screen.json:
        from codemod.report.json import dump

        console.out(dump({"rules": [as_data(rule) for rule in RULES], "excluded": dict(EXCLUDED)}))
        return
    for rule in RULES:
        console.out(f"{rule.code} {rule.name} (at most {rule.max_applicability.word})\n      {rule.summary}\n")
    if EXCLUDED and not console.screen.quiet:
        console.out("\nNo rule, on purpose:\n" + "".join(f"  {name}: {reason}\n" for name, reason in EXCLUDED.items()))


def _list_remedies(console: Console) -> None:
    from codemod.knowledge import remedies

    if console.screen.json:
        from codemod.report.json import dump

        console.out(dump({"remedies": [asdict(remedy) for remedy in remedies()]}))
        return
    for remedy in remedies():
        how = f"--remedy {remedy.name}" if remedy.offered else f"{remedy.name} (not offered)"
        console.out(f"{how}: {remedy.title}\n")
        console.out(f"  does: {remedy.does}\n  does not cure: {remedy.not_cured}\n  instead: {remedy.instead}\n")
