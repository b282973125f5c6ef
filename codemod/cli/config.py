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
    from codemod.pipeline import describe_commands, describe_config

    loaded = load_all(selection)
    described = [(folder.as_posix(), describe_config(folder, settings)) for folder, settings in loaded]
    if console.screen.json:
        from codemod.report.json import render_options

        console.out(render_options(described))
    else:
        from codemod.report.summary import invocation_lines, option_lines

        for (root, options), (folder, settings) in zip(described, loaded, strict=True):
            title = [f"Project {escape(root)}"] if len(described) > 1 else []
            commands = invocation_lines(describe_commands(folder, settings))
            console.out("".join(f"{line}\n" for line in [*title, *option_lines(options), *commands]))
    return ExitCode.DONE
