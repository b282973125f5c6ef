"""``loopmend check``: find, never write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from codemod.cli.options import Selection
from codemod.cli.run import analyse_all, combined, count, outcome, source, unsafe
from codemod.cli.verb import verb

if TYPE_CHECKING:
    from codemod.cli.console import Console
    from codemod.errors import ExitCode


@verb(Selection)
def check(
    console: Console,
    selection: Selection,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Return 0 although there are findings.")] = False,
) -> ExitCode:
    """Find values that cross event loops; write nothing."""
    projects = analyse_all(selection, console)
    report, screen = combined(projects), console.screen
    if screen.json:
        from codemod.report.json import render

        console.out(render(report, count))
    else:
        from codemod.report.text import render_check

        style = {"verbose": screen.verbose, "quiet": screen.quiet, "unsafe": unsafe(projects)}
        console.out(render_check(report, source, console.color, **style))
    return outcome(report, exit_zero=exit_zero)
