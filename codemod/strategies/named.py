"""The seed document's workarounds, by name and only when asked for: applied as they are, with what they do not cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.knowledge import remedies
from codemod.model import Applicability, Finding, Remedy
from codemod.operations import AppendStatements, Operation, SuppressTeardown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.crossings import Crossing
    from codemod.analysis.link import Linked
    from codemod.analysis.suite import Suite


def named_remedy(suite: Suite, name: str, findings: tuple[Finding, ...]) -> Remedy | None:
    """Return the remedy called ``name`` for the suite's crossings, None where there is nothing to apply it to."""
    known = next(r for r in remedies() if r.name == name)
    crossings = suite.diagnose().proven
    edits = {"explicit-cleanup": _explicit_cleanup, "suppress-teardown": _suppress_teardown}[name]
    found = tuple(dict.fromkeys(op for crossing in crossings for op in edits(suite, crossing)))
    if not found:
        return None
    ids = tuple(f.id for f in findings if f.code == "LM201")
    return Remedy(known.title, "LM201", Applicability.UNSAFE, found, ids, f"{known.not_cured} {known.instead}")


def _explicit_cleanup(suite: Suite, crossing: Crossing) -> Iterator[Operation]:
    """Close the value at the end of each test that was given it directly."""
    made = crossing.made
    if not made.resource.close:
        return
    for one in suite.linked:
        function = one.item.function
        name = next((p for p in function.params if _gives(one, p, crossing)), None)
        closed = any(u.closing for u in one.summaries[None].usages if u.made == made)
        if name is not None and function.is_async and not closed:
            yield AppendStatements(one.item.owner, function.span, (made.resource.close.format(value=name),))


def _gives(linked: Linked, param: str, crossing: Crossing) -> bool:
    keys = [key for key in linked.needs[None] if linked.fixtures[key].decl.name == param]
    return any(held.direct and held.made == crossing.made for key in keys for held in linked.summaries[key].value)


def _suppress_teardown(suite: Suite, crossing: Crossing) -> Iterator[Operation]:
    """Guard the teardown of every fixture that uses the value after its yield."""
    known = suite.fixtures()
    summaries = (pair for one in suite.linked for pair in one.summaries.items())
    users = {key for key, s in summaries if any(u.made == crossing.made and u.use.teardown for u in s.usages)}
    for key in sorted((k for k in users if k in known), key=lambda k: (k.path, k.qualname)):
        if not known[key].function.flow.suppressions:
            yield SuppressTeardown(key.path, known[key].function.span)
