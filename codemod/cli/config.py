"""``loopmend config``: the options in force, loopmend's and pytest's, where each comes from and what it overrides."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from codemod.cli.options import Selection
from codemod.cli.run import load_all
from codemod.cli.verb import verb
from codemod.errors import ExitCode, UsageError
from codemod.report.escape import escape

if TYPE_CHECKING:
    from codemod.cli.console import Console

_ENVIRONMENT = "PYTEST_ADDOPTS"


@verb(Selection)
def config(
    console: Console,
    selection: Selection,
    pytest_args: Annotated[
        str, typer.Option("--pytest-args", help="Ask about this pytest command line: its options, without paths.")
    ] = "",
) -> ExitCode:
    """Show the options in force, where each comes from and what it overrides."""
    from codemod.describe import describe

    args, loaded = _split(pytest_args), load_all(selection)
    described = [(folder.as_posix(), *describe(folder, settings, args)) for folder, settings in loaded]
    if console.screen.json:
        from codemod.report.json import render_options

        console.out(render_options(described))
    else:
        from codemod.report.options import invocation_lines, option_table
        from codemod.report.style import Pen

        pen = Pen(console.color)
        for index, (root, options, commands) in enumerate(described):
            title = [*([""] if index else []), pen.paint("bold", f"Project {escape(root)}")] if described[1:] else []
            lines = [*title, *option_table(options, pen), *invocation_lines(commands)]
            console.out("".join(f"{line}\n" for line in lines))
    if os.environ.get(_ENVIRONMENT):
        console.say(f'{_ENVIRONMENT} is set here and was not used: --pytest-args "${_ENVIRONMENT}" asks about it')
    return ExitCode.DONE


def _split(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"--pytest-args {text}: {error}") from error
