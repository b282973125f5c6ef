"""The command ``loopmend``: its verbs, and what it does without one."""

from __future__ import annotations

from typing import Annotated

import typer

from codemod import __version__
from codemod.cli.batch import app as batch
from codemod.cli.check import check
from codemod.cli.config import config
from codemod.cli.demo import demo
from codemod.cli.diff import diff
from codemod.cli.explain import explain
from codemod.cli.migrate import migrate
from codemod.cli.rules import rules
from codemod.cli.running import PassingOn
from codemod.cli.undo import undo
from codemod.cli.verify import verify

# No rich in help and errors: it takes longer to load than help to print.
app = typer.Typer(
    name="loopmend",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)

for _verb in (check, diff, migrate, verify, explain, rules, config, undo, demo):
    app.command(cls=PassingOn if _verb in (migrate, verify) else None)(_verb)
app.add_typer(batch, name="batch")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"loopmend {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find values that cross event loops in a pytest-asyncio suite, and mend the suite. Without a verb: check."""
    if context.invoked_subcommand is None:
        check()
