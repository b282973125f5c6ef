"""``loopmend undo``: put back what migrate wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from codemod.cli.run import folders
from codemod.cli.verb import verb
from codemod.errors import ExitCode
from codemod.report.escape import escape
from codemod.report.summary import plural

if TYPE_CHECKING:
    from codemod.cli.console import Console


@verb()
def undo(
    console: Console,
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH", help="Project folders. [default: .]")] = None,
    run: Annotated[str | None, typer.Option(help="The run to undo; the last one if not given.")] = None,
) -> ExitCode:
    """Put back the files as they were before the last migrate."""
    from codemod.source.write import undo as restore

    restored = [(folder / path).as_posix() for folder in folders(paths or ["."]) for path in restore(folder, run)]
    console.out("".join(f"{escape(path)}\n" for path in restored))
    console.say(f"Restored {plural(len(restored), 'file')}." if restored else "Nothing to undo.")
    return ExitCode.DONE
