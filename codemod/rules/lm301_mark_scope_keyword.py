"""The asyncio mark says `scope=`.

*What it does.* Finds `mark.asyncio(scope=...)` wherever the mark is made: on functions, classes and parameters, in
`pytestmark`, in a hook or under a name of its own.

*Why is this bad.* The keyword has been called `loop_scope` since pytest-asyncio 0.24, and `scope` is deprecated. Until
0.22 every argument of the mark was ignored, so to keep it moves the test to another loop.

*Fix safety.* Safe on the way to a newer version: renamed for suites from 0.23 on, dropped for older ones, where it did
nothing. Unsafe for `package`, which was one loop per package before 1.0 and is one for the whole run since. A suite
that stays on its version keeps its marks; from 0.24 on the deprecation is shown.

*Left alone.* Marks whose keywords come from a mapping (`**options`) are shown only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC
from codemod.analysis.marks import written_marks
from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import Operation, RemoveArguments, RemoveCallKeyword, SetCallKeyword
from codemod.rules._base import Case, local_rule
from codemod.rules._places import mark_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.marks import WrittenMark
    from codemod.analysis.suite import Suite

_PACKAGE = "before 1.0 each package had a loop of its own; from 1.0 on `package` is one loop for the whole run"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per mark with ``scope=``, or with keywords that may hold it."""
    for mark in written_marks(suite):
        keywords = mark.keywords
        if "**" in keywords:
            if suite.upgrades:
                says = "the asyncio mark takes its keywords from a mapping"
                yield _shown(mark, says, "write `loop_scope=` in place of `scope=` where the mapping is made")
        elif "scope" in keywords and "loop_scope" in keywords:
            if suite.upgrades or has(suite.version, "loop_scope"):
                yield _shown(mark, "the asyncio mark has both `scope=` and `loop_scope=`", "keep `loop_scope=` only")
        elif "scope" in keywords:
            yield from _scoped(suite, mark)


def _scoped(suite: Suite, mark: WrittenMark) -> Iterator[Case]:
    written = f"`scope={mark.keywords['scope']}`"
    if not has(suite.version, "scoped_loops"):
        if suite.upgrades and has(suite.target, "scoped_loops"):
            says = f"the asyncio mark says {written}, which pytest-asyncio {suite.version} ignores"
            edits = _edits(suite, mark, _meant(suite, mark) or "")
            yield Case(mark_finding("LM301", mark, says), edits, Applicability.SAFE)
    elif has(suite.target, "loop_scope"):
        says = f"the asyncio mark says {written}, which is called `loop_scope` since pytest-asyncio 0.24"
        trust, condition = _trust(suite, mark)
        meant = _meant(suite, mark)
        value = mark.keywords["scope"].removesuffix("None") if meant is None else meant
        yield Case(mark_finding("LM301", mark, says), _edits(suite, mark, value), trust, condition)


def _trust(suite: Suite, mark: WrittenMark) -> tuple[Applicability, str]:
    if not suite.upgrades:
        return Applicability.DISPLAY, "the suite keeps its version, which takes both words"
    if suite.leaves_event_loop and mark.facts.loop_scope in ("package", DYNAMIC):
        return Applicability.UNSAFE, _PACKAGE
    return Applicability.SAFE, ""


def _meant(suite: Suite, mark: WrittenMark) -> str | None:
    """Return the source of the scope the mark has once the loops of the suite are translated, "" for none.

    None where the translation says nothing of the mark. The strategy writes the same, so that the two agree.
    """
    layout = suite.translation.layout if suite.translation is not None else None
    if layout is None or not mark.items:
        return None
    changed = (mark.facts.path, mark.facts.span) in layout.marks
    if not changed and has(suite.version, "scoped_loops"):
        return None
    scope = layout.mark_scope(mark.facts)
    return f'"{scope.word}"' if scope is not None else ""


def _edits(suite: Suite, mark: WrittenMark, value: str) -> tuple[Operation, ...]:
    path, span = mark.facts.path, mark.facts.span
    edits: list[Operation] = [SetCallKeyword(path, span, "loop_scope", value)] if value else []
    ignored = not has(suite.version, "scoped_loops")
    # What is given by position was ignored as well and goes with it (LM302).
    edits += [RemoveArguments(path, span)] if ignored and mark.facts.args else []
    return (*edits, RemoveCallKeyword(path, span, "scope"))


def _shown(mark: WrittenMark, says: str, advice: str) -> Case:
    return Case(mark_finding("LM301", mark, says, advice))


RULE = local_rule(
    "LM301",
    "mark-scope-keyword",
    "the asyncio mark says `scope=`",
    Applicability.SAFE,
    __doc__ or "",
    cases,
    cure="give the scope of a mark's loop as `loop_scope=`",
    valid_from="0.24.0",
)
