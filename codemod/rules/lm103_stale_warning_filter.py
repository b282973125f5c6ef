"""A warning filter is about a warning that the target version no longer emits.

*What it does.* Finds entries of `filterwarnings`, and `-W` in `addopts`, whose message names a text of
pytest-asyncio that the target version cannot emit any more, and entries whose category is a name that
`pytest_asyncio.plugin` has lost.

*Why is this bad.* A filter that nothing can match hides that the migration is done. One with a lost category stops
pytest before the first test: `AttributeError: module 'pytest_asyncio.plugin' has no attribute ...`.

*Fix safety.* Safe, and only together with an upgrade: the entry is deleted where every warning it can match, among
those of pytest-asyncio and of asyncio itself, is gone.

*Left alone.* Filters that still match something, general ones (`error`, `ignore::DeprecationWarning`), those about
the unset fixture loop scope while the option is unset, filters given with `-W` (only shown) or by a mark on a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.knowledge import WarningText, internals, warning_texts
from codemod.model import Applicability
from codemod.operations import RemoveListItem
from codemod.project.places import FIXTURE_OPTION
from codemod.project.requirements import at_least
from codemod.project.warning_filters import Emitted, parse_filter
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.project.warning_filters import FilterEntry, WarningFilter

_OPTION = "filterwarnings"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per filter that has lost its purpose."""
    for entry in dict.fromkeys(suite.config.filters):
        reason = _reason(suite, entry)
        if not reason:
            continue
        found = finding(
            RULE.code, location(suite, entry.origin), f"the filter `{entry.text}` ({entry.origin}) {reason}", entry.text
        )
        if suite.upgrades and entry.editable:
            edit = RemoveListItem(suite.place.path, suite.place.section, _OPTION, entry.text)
            yield Case(found, (edit,), Applicability.SAFE)
        else:
            yield Case(found)


def _reason(suite: Suite, entry: FilterEntry) -> str:
    """Return why an entry is stale, "" where it is not."""
    found = parse_filter(entry)
    if found is None:
        return ""
    module, _, name = found.category.rpartition(".")
    gone = internals().gone.get(name, "") if module == "pytest_asyncio.plugin" else ""
    if gone and at_least(suite.target, gone):
        return f"stops pytest: `{found.category}` is gone since pytest-asyncio {gone}"
    matched = _named(found) if suite.upgrades else []
    if not matched or not all(_is_gone(suite, each) for each in matched):
        return ""
    return f"is about a warning that pytest-asyncio {suite.target} does not emit"


def _named(found: WarningFilter) -> list[WarningText]:
    """Return the warnings a filter matches, none where its message does not show that it means one of them."""
    message = found.message.replace("\\", "").lower()
    matched = [each for each in warning_texts() if found.matches(Emitted(each.text, each.category, each.module))]
    named = any(name.lower() in message for each in matched for name in each.names)
    return matched if named else []


def _is_gone(suite: Suite, warning: WarningText) -> bool:
    if warning.id == "unset-scope":
        return bool(suite.config.options[FIXTURE_OPTION].value)
    return bool(warning.last) and not at_least(warning.last, suite.target)


RULE = local_rule(
    code="LM103",
    name="stale-warning-filter",
    summary="a warning filter is about a warning that is no longer emitted",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="delete the filters of warnings that are gone",
)
