"""The mark `asyncio_event_loop` of pytest-asyncio 0.22 is used.

*What it does.* Finds `mark.asyncio_event_loop` on classes and modules of a suite written for 0.22, the only release
that had it (it was withdrawn).

*Why is this bad.* No later version knows the mark: every test silently gets a loop of its own.

*Fix safety.* Unsafe: the mark becomes `mark.asyncio(loop_scope="class")` or `"module"`, and bare asyncio marks below
it, which would hide it, get the same scope. Async fixtures followed the test's loop in 0.22 and need a `loop_scope` or
the default option afterwards.

*Left alone.* Marks with `policy=` and tests whose own mark has arguments or is shared with others: shown only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.marks import MARK, written_marks
from codemod.analysis.models import has
from codemod.model import Applicability
from codemod.operations import DropImportIfUnused, EnsureImport, Operation, ReplaceCallee, SetCallKeyword
from codemod.rules._base import Case, local_rule
from codemod.rules._places import mark_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import MarkFacts
    from codemod.analysis.marks import WrittenMark
    from codemod.analysis.suite import Suite
    from codemod.operations import Span

_CONDITION = "in 0.22 async fixtures ran on the loop of the test; check that they get the same `loop_scope`"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per mark, on the way from 0.22 to a version whose marks have ``loop_scope``."""
    known = has(suite.version, "event_loop_mark") and not has(suite.version, "scoped_loops")
    if not known or not has(suite.target, "loop_scope"):
        return
    asyncio_marks = {(m.facts.path, m.facts.span): m for m in written_marks(suite)}
    for mark in written_marks(suite, "asyncio_event_loop"):
        says = f"the mark `asyncio_event_loop` does not exist in pytest-asyncio {suite.target}"
        inner = [asyncio_marks[site] for site in dict.fromkeys(_hiding(mark))]
        plain = all(not m.keywords and not m.facts.args and set(m.items) <= set(mark.items) for m in inner)
        on_function = any(mark.facts in item.function.marks for item in mark.items)
        if mark.keywords or mark.facts.args or on_function or not plain or not mark.items:
            advice = "mark the tests with `asyncio(loop_scope=...)`; a policy becomes `pytest_asyncio_loop_factories`"
            yield Case(mark_finding("LM306", mark, says, advice))
        else:
            edits = _edits(mark, [m.facts for m in inner])
            yield Case(mark_finding("LM306", mark, says), edits, Applicability.UNSAFE, _CONDITION)


def _hiding(mark: WrittenMark) -> Iterator[tuple[str, Span]]:
    """Yield the asyncio marks that are closer to an item than ``mark``."""
    for item in mark.items:
        places = [(m.path, m.span) for m in item.marks]
        closer = item.marks[: places.index((mark.facts.path, mark.facts.span))]
        yield from ((m.path, m.span) for m in closer if m.name == MARK)


def _edits(mark: WrittenMark, inner: list[MarkFacts]) -> tuple[Operation, ...]:
    path, span = mark.facts.path, mark.facts.span
    scope = '"module"' if mark.symbol == "pytestmark" else '"class"'
    return (
        ReplaceCallee(path, span, "pytest.mark.asyncio"),
        SetCallKeyword(path, span, "loop_scope", scope),
        EnsureImport(path, "pytest"),
        DropImportIfUnused(path, mark.facts.root),
        *(SetCallKeyword(m.path, m.span, "loop_scope", scope) for m in inner),
    )


RULE = local_rule(
    "LM306",
    "asyncio-event-loop-mark",
    "the mark `asyncio_event_loop` of pytest-asyncio 0.22 is used",
    Applicability.UNSAFE,
    __doc__ or "",
    cases,
    cure="say with the asyncio mark which loop a class or a module has",
    breaks=True,
)
