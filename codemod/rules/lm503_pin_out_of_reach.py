"""A pin of pytest-asyncio stands where loopmend does not edit it.

*What it does.* Finds what LM501 would raise but must not or cannot: lines with hashes and files a tool has compiled,
lock files, requirements that are computed or outside the folder, commands in CI files, Makefiles, shell scripts and
Dockerfiles that install an old version. For locks and compiled files it prints the command that renews them.

*Why is this bad.* The suite passes here and fails in CI the next day, where the old version is installed.

*Fix safety.* Never applied: a lock or a hash is only right when its own tool writes it, and a command is not data.

*Left alone.* Pins that allow the version to go to; everything under `--target current`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.raising import raises
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._pins import goes, pin_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for each pin that has to go up and is not edited."""
    for each in raises(suite):
        if each.edit is None:
            says = f"{each.said} keeps out pytest-asyncio {suite.target}, which the suite {goes(suite)}; {each.held}"
            yield Case(pin_finding(RULE.code, each, says, _advice(suite, each)))


RULE = local_rule(
    code="LM503",
    name="pin-out-of-reach",
    summary="a pin of pytest-asyncio stands where loopmend does not edit it",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    cases=cases,
    cure="",
)
