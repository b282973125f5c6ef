"""``loopmend demo``: the whole way on a small suite, with a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.cli.verb import verb
from codemod.errors import ExitCode

if TYPE_CHECKING:
    from codemod.cli.console import Console


@verb()
def demo(console: Console) -> ExitCode:
    """Break and mend a small suite before your eyes."""
    from codemod.demo import run

    return ExitCode(run(lambda block: console.out(f"{block}\n")))
