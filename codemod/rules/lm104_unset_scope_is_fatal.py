"""The warning about the unset fixture loop scope is an error under the suite's own filters.

*What it does.* Finds suites that leave `asyncio_default_fixture_loop_scope` unset and turn warnings into errors
(`filterwarnings = error`, `-W error`) where the target is pytest-asyncio 0.24 or later.

*Why is this bad.* From pytest 9.2 on the warning `The configuration option "asyncio_default_fixture_loop_scope" is
unset.` is raised while pytest starts: the run ends in INTERNALERROR, exit status 3, before the first test. Older
pytest only prints it or does not show it at all.

*Fix safety.* Safe together with an upgrade, else only shown: the option gets the value that changes no fixture's
loop: `function` where no async fixture outlives a test without a loop scope of its own, else `fixture-scope` (from
1.5 on).

*Left alone.* Suites with the option set, with a filter that lets this warning pass, or on a pytest that does not
raise it. Before 1.5, suites with wide async fixtures are only shown: no value of the option keeps their loops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import SetOption
from codemod.project.places import FIXTURE_OPTION
from codemod.project.warning_filters import fatal_entry
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import dies_of_unset_scope, kept_scope, location, unset_scope_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case where the unset option would stop the run."""
    unset = suite.config.options[FIXTURE_OPTION].value is None
    if not unset or not has(suite.target, FIXTURE_OPTION) or not dies_of_unset_scope(suite):
        return
    entry = fatal_entry(suite.config, unset_scope_text(suite.target))
    if entry is None:
        return
    scope = kept_scope(suite)
    message = f"`{FIXTURE_OPTION}` is unset, and the filter `{entry.text}` ({entry.origin}) makes that an error"
    advice = f"set it to {scope}" if scope else "set it, and give wide async fixtures a loop_scope of their own"
    found = finding(RULE.code, location(suite, entry.origin), message, FIXTURE_OPTION, advice=advice)
    if scope is None:
        yield Case(found)
        return
    edit = SetOption(suite.place.path, suite.place.section, FIXTURE_OPTION, scope)
    trust = Applicability.SAFE if suite.upgrades else Applicability.DISPLAY
    yield Case(found, (edit,), trust, "" if suite.upgrades else "the suite keeps its version: set it by hand")


RULE = local_rule(
    code="LM104",
    name="unset-scope-is-fatal",
    summary="the warning about the unset fixture loop scope is an error",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="set the default fixture loop scope to what it is",
    breaks=True,
    valid_from="0.24.0",
)
