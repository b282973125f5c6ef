"""What one Python file says, as small frozen facts: no syntax trees, so they pickle and can be cached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.analysis.legacy_facts import LegacyFacts
    from codemod.operations import Span

OWN = ":"
"""Prefix of a dotted name that starts with a top-level name of the same module."""

DYNAMIC = "?"
"""A scope or a mark argument that is not a constant."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a value comes from: a parameter, a global dotted name, the result of a call, or an attribute of ``self``.

    ``kind`` is "param", "name", "call" or "self"; ``attribute`` is the last attribute taken from it, "" for the thing
    itself; ``held`` says that the value is not the thing but something that keeps it (a closure, an object a task
    works on).
    """

    kind: str
    name: str = ""
    index: int = -1
    attribute: str = ""
    held: bool = False


Value = frozenset[Ref]
NOTHING: Value = frozenset()

LEAVE = "__aexit__"
"""The method of a use that is the end of an ``async with`` block."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """One call: what is called, on what, with what. Dotted names are as imported, not yet linked to files.

    ``branch`` says that it only happens under a condition; ``foreign`` is the place of the call that runs it on a loop
    of its own (``asyncio.run(f())``), "" where it runs on the caller's.
    """

    callee: str
    method: str
    receiver: Value
    args: Value
    keywords: tuple[tuple[str, str], ...]
    first: str
    span: Span
    text: str
    awaited: bool = False
    entered: bool = False
    unpacks: bool = False
    teardown: bool = False
    branch: bool = False
    foreign: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class UseFact:
    """A place where something is awaited, entered or iterated asynchronously, or run on a loop of its own."""

    value: Value
    receiver: Value
    method: str
    call: int
    line: int
    column: int
    text: str
    teardown: bool = False
    entered: bool = False
    foreign: str = ""
    branch: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a function hands its value over, for the cleanup operations.

    ``name`` is the plain variable returned or yielded, "" for any other expression.
    """

    yields: int = 0
    returns: int = 0
    final_return: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """The value flow of one body (or of the module level). ``requested`` are names given to ``getfixturevalue``."""

    calls: tuple[CallFact, ...] = ()
    uses: tuple[UseFact, ...] = ()
    value: Value = NOTHING
    stores: tuple[tuple[Ref, Value], ...] = ()
    bindings: Mapping[str, Value] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    mentions: frozenset[str] = frozenset()
    suppressions: tuple[Span, ...] = ()
    requested: tuple[str, ...] = ()
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True, slots=True)
class FixtureDecl:
    """A fixture decorator. Scopes are the words as written, None where absent, DYNAMIC where not constant.

    ``callee`` is the dotted name it stands for (``pytest.yield_fixture``), ``root`` the local name it begins with;
    ``positional`` says that it is given something without a keyword.
    """

    factory: str
    name: str
    scope: str | None
    loop_scope: str | None
    autouse: bool
    params: bool
    span: Span
    editable: bool = True
    callee: str = ""
    root: str = ""
    positional: bool = False


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """A pytest mark: its name, the words of ``loop_scope``/``scope``, the string arguments, and where it is written.

    ``keywords`` are all keywords with the source of their values (``**`` for an unpacked mapping; none for
    ``parametrize``). ``applied`` is where the mark is put on: ``span``, or the alias that stands for what is at
    ``span``. ``root`` is the local name the mark begins with.
    """

    name: str
    loop_scope: str | None
    keyword: str
    args: tuple[str, ...]
    indirect: tuple[str, ...]
    path: str
    span: Span
    bare: bool = False
    param_marks: tuple[MarkFacts, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    applied: Span | None = None
    root: str = ""


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A module-level function or a method."""

    name: str
    qualname: str
    span: Span
    is_async: bool
    params: tuple[str, ...]
    signature: tuple[str, ...]
    fixture: FixtureDecl | None
    marks: tuple[MarkFacts, ...]
    decorators: tuple[str, ...]
    flow: Flow
    is_static: bool = False
    legacy: LegacyFacts | None = None

    @property
    def requested(self) -> tuple[str, ...]:
        """Return the constant names the body passes to ``getfixturevalue`` (DYNAMIC for others)."""
        return self.flow.requested


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class: its bases as dotted names and its marks in pytest's order (closest first)."""

    name: str
    qualname: str
    bases: tuple[str, ...]
    marks: tuple[MarkFacts, ...]
    has_init: bool
    line: int
    span: Span


@dataclass(frozen=True, slots=True)
class HookRecipe:
    """A ``pytest_collection_modifyitems`` that adds the asyncio mark: which scope, and whether in front (§2.8).

    ``certain`` says that every async test gets it, ``alone`` that the hook does nothing else.
    """

    loop_scope: str | None
    first: bool
    certain: bool
    mark: MarkFacts
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """All facts of one file. ``named_marks`` are the calls that build a mark and give it a top-level name."""

    path: str
    imports: Mapping[str, str]
    stars: tuple[str, ...]
    constants: Mapping[str, str]
    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    marks: tuple[MarkFacts, ...]
    plugins: tuple[str, ...]
    flow: Flow
    hook: HookRecipe | None = None
    named_marks: tuple[MarkFacts, ...] = ()

    def function(self, qualname: str) -> FunctionFacts | None:
        """Return the last definition called ``qualname``, as Python would see it."""
        return next((f for f in reversed(self.functions) if f.qualname == qualname), None)

    def class_(self, qualname: str) -> ClassFacts | None:
        """Return the last class called ``qualname``."""
        return next((c for c in reversed(self.classes) if c.qualname == qualname), None)
