"""The asyncio mark is given arguments it does not know.

*What it does.* Finds positional arguments (`mark.asyncio("session")`) and unknown keywords of the asyncio mark.

*Why is this bad.* They never meant anything: until 0.23 they were ignored, since 0.24 the collection fails with
`ValueError: mark.asyncio accepts only ...`.

*Fix safety.* Safe: on the way to a newer version what was ignored is dropped. A mark that keeps another argument
beside positional ones is only shown, as is one on a version that refuses it already: there the author has to say which
loop was meant.

*Left alone.* `loop_scope=` and `loop_factories=` written for a newer version, and the mark that has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.marks import written_marks
from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import Operation, RemoveArguments, RemoveCallKeyword
from codemod.rules._base import Case, local_rule
from codemod.rules._places import mark_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.marks import WrittenMark
    from codemod.analysis.suite import Suite

_NEWER = frozenset({"loop_scope", "loop_factories", "**"})


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per mark with arguments that pytest-asyncio 0.24 and later refuse."""
    refused = has(suite.version, "loop_scope")
    if not refused and not (suite.upgrades and has(suite.target, "loop_scope")):
        return
    for mark in written_marks(suite):
        unknown = [name for name in mark.keywords if name not in _NEWER and name != "scope"]
        if not unknown and not mark.facts.args:
            continue
        what = f"`{unknown[0]}=`" if unknown else "a positional argument"
        if refused:
            advice = "say `loop_scope=` if that was meant, else remove the arguments"
            says = f"the asyncio mark is given {what}, which pytest-asyncio {suite.version} refuses"
            yield Case(mark_finding("LM302", mark, says, advice))
        elif not _NEWER & mark.keywords.keys():
            yield _ignored(suite, mark, what, unknown)


def _ignored(suite: Suite, mark: WrittenMark, what: str, unknown: list[str]) -> Case:
    says = f"the asyncio mark is given {what}, which pytest-asyncio {suite.version} ignores and {suite.target} refuses"
    honoured = "scope" in mark.keywords and has(suite.version, "scoped_loops")
    if mark.facts.args and honoured:
        return Case(mark_finding("LM302", mark, says, "remove the positional arguments; `scope=` counts"))
    path, span = mark.facts.path, mark.facts.span
    edits: tuple[Operation, ...] = (RemoveArguments(path, span),)
    if not mark.facts.args:
        edits = tuple(RemoveCallKeyword(path, span, name) for name in unknown)
    return Case(mark_finding("LM302", mark, says), edits, Applicability.SAFE)


RULE = local_rule(
    "LM302",
    "mark-arguments-ignored",
    "the asyncio mark is given arguments it does not know",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="drop the arguments of marks that were ignored",
    breaks=True,
    valid_from="0.10.0",
)
