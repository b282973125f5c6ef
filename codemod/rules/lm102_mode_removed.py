"""`asyncio_mode` names a mode the target version does not have.

*What it does.* Finds `asyncio_mode = legacy` where the target is 0.20 or later, and values that are no mode at all.

*Why is this bad.* pytest does not start: `'legacy' is not a valid asyncio_mode. Valid modes: auto, strict.` (in
0.20.x an INTERNALERROR with a ValueError).

*Fix safety.* Safe: `legacy` becomes `strict`. The async fixtures that only legacy mode ran have to say
`pytest_asyncio.fixture` then; that is the business of the rule about such fixtures in the same run.

*Left alone.* A missing option: the default was legacy and is strict. Other wrong values (`AUTO`; case counts) and
`--asyncio-mode=legacy` in `addopts` are only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import SetOption
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import did_you_mean, in_file, location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_OPTION = "asyncio_mode"
_VALID = ("auto", "strict")


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for a mode that the target version refuses."""
    option = suite.config.options[_OPTION]
    value = option.value
    valid = _VALID if has(suite.target, "no_legacy_mode") else (*_VALID, "legacy")
    if value is None or value in valid or not has(suite.target, "modes"):
        return
    says = "was removed in 0.20" if value == "legacy" else "is no mode"
    found = finding(
        RULE.code,
        location(suite, option.origin),
        f"`{_OPTION} = {value}` ({option.origin}) {says}",
        _OPTION,
        advice="" if value == "legacy" else did_you_mean(value, valid),
    )
    if value == "legacy" and in_file(option):
        edit = SetOption(suite.place.path, suite.place.section, _OPTION, "strict")
        yield Case(found, (edit,), Applicability.SAFE)
    else:
        yield Case(found)


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
