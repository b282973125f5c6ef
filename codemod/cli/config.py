"""``loopmend config``: the options in force, loopmend's and pytest's, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.cli.options import Selection
from codemod.cli.run import load_all
from codemod.cli.verb import verb
from codemod.errors import ExitCode
from codemod.report.escape import escape

if TYPE_CHECKING:
    from codemod.cli.console import Console


@verb(Selection)
def config(console: Console, selection: Selection) -> ExitCode:
    """Show the options in force and where each comes from."""
    from codemod.pipeline import describe_config

    described = [(folder.as_posix(), describe_config(folder, settings)) for folder, settings in load_all(selection)]
    if console.screen.json:
        from codemod.report.json import render_options

        console.out(render_options(described))
    else:
        from codemod.report.summary import option_lines

        for root, options in described:
            title = [f"Project {escape(root)}"] if len(described) > 1 else []
            console.out("".join(f"{line}\n" for line in [*title, *option_lines(options)]))
    return ExitCode.DONE
