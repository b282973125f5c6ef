"""`asyncio_mode` names a mode the target version does not have.

*What it does.* Finds `asyncio_mode = legacy` where the target is 0.20 or later, and values that are no mode at all.

*Why is this bad.* pytest does not start: `'legacy' is not a valid asyncio_mode. Valid modes: auto, strict.` (in
0.20.x an INTERNALERROR with a ValueError).

*Fix safety.* Safe: `legacy` becomes `strict`, in `addopts` too. The async fixtures that only legacy mode ran have to
say `pytest_asyncio.fixture` then; that is the business of the rule about such fixtures in the same run.

*Left alone.* A missing option: the default was legacy and is strict. Other wrong values (`AUTO`; case counts) are only
shown. What the commands of the repository set is the business of LM108.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability
from codemod.operations import ReplaceWord, SetOption
from codemod.project.invocations import MODE
from codemod.project.places import COMMAND
from codemod.project.word_edits import in_addopts, word_edit
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import did_you_mean, in_file, location, valid_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import OptionValue


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for a mode that the target version refuses."""
    option = suite.config.options[MODE]
    value = option.value
    valid = valid_values(suite, MODE)
    if value is None or value in valid or not valid or option.origin.startswith(COMMAND):
        return
    says = "was removed in 0.20" if value == "legacy" else "is no mode"
    found = finding(
        RULE.code,
        location(suite, option.origin),
        f"`{MODE} = {value}` ({option.origin}) {says}",
        MODE,
        advice="" if value == "legacy" else did_you_mean(value, valid),
    )
    edit = _edit(suite, option) if value == "legacy" else None
    yield Case(found, (edit,), Applicability.SAFE) if edit else Case(found)


def _edit(suite: Suite, option: OptionValue) -> SetOption | ReplaceWord | None:
    if in_file(option):
        return SetOption(suite.place.path, suite.place.section, MODE, "strict")
    setting = in_addopts(suite.config, suite.place, MODE)
    return word_edit(setting, "strict") if setting is not None else None


RULE = local_rule(
    code="LM102",
    name="mode-removed",
    summary="asyncio_mode names a mode the target version does not have",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="replace the removed legacy mode by strict",
    breaks=True,
    valid_from="0.17.0",
)
