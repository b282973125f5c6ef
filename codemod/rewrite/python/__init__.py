"""Apply operations to one Python file: the only code that knows libcst, and the hard part of the rewriting.

The way of one file. Its bytes are parsed by `ast` and, once they are known to be harmless, by libcst; if libcst cannot
give the same bytes back, nothing is touched (`loading`). Every operation names its place by the span that `ast` gave
for the *original* text, so all places are looked up before anything changes (`locate`), and each becomes an edit of one
node: a function from the node, with the edits inside it already made, to a new node. One walk from the leaves to the
root applies them (`_Applier`), so that operations on nested places need not know of each other, and operations on one
place run in a fixed order. Then come the edits of the module as a whole: imports that the edits need, definitions, and,
last, imports that nothing uses any more. The result has to parse, and to compile where the original does.

An edit that cannot be exact raises `RefusalError` and the whole call fails: half of a remedy is worse than none. What
libcst prints for nodes that no edit touched is, byte for byte, what was there.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import libcst as cst

from codemod.errors import RewriteError
from codemod.model import (
    AddCleanup,
    AppendStatements,
    DropImportIfUnused,
    EnsureImport,
    InsertDefinition,
    PythonOperation,
    RemoveCallKeyword,
    RemoveHandler,
    ReplaceCallee,
    SetCallKeyword,
    SuppressTeardown,
)
from codemod.rewrite.python.annotations import TypingNames
from codemod.rewrite.python.calls import (
    drop_empty_parentheses,
    has_keyword,
    remove_keyword,
    replace_callee,
    set_keyword,
)
from codemod.rewrite.python.cleanup import add_cleanup
from codemod.rewrite.python.definitions import insert_definition
from codemod.rewrite.python.handlers import is_unwrapped, remove_handlers, unwrap
from codemod.rewrite.python.imports import drop_import, ensure_import
from codemod.rewrite.python.loading import TOO_DEEP, check_result, load
from codemod.rewrite.python.locate import Index, index
from codemod.rewrite.python.syntax import RefusalError, Style
from codemod.rewrite.python.teardown import append_statements, suppress_teardown

_Edit = Callable[[cst.CSTNode], cst.CSTNode]
_Located = (
    SetCallKeyword
    | RemoveCallKeyword
    | ReplaceCallee
    | AddCleanup
    | RemoveHandler
    | AppendStatements
    | SuppressTeardown
)
# The order of several operations on one place; the removal comes after the addition to see the layout to imitate.
_ORDER = (
    ReplaceCallee,
    SetCallKeyword,
    RemoveCallKeyword,
    AddCleanup,
    AppendStatements,
    SuppressTeardown,
    RemoveHandler,
)


def rewrite(path: str, data: bytes | None, operations: Sequence[PythonOperation]) -> bytes:
    """Return the bytes of ``path`` after ``operations``; ``data`` is None for a file that is to be made.

    Raise FileError where the file is no Python, RewriteError where an operation's place is not there or the result
    could not be exact.
    """
    try:
        # A file's invalid escapes would print warnings of the compiler that are no business of this run.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _rewritten(path, data, list(dict.fromkeys(operations)))
    except RefusalError as refusal:
        raise RewriteError(path, refusal.reason) from None
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        raise RewriteError(path, "an operation's text gives no valid Python") from None
    except RecursionError:
        raise RewriteError(path, TOO_DEEP) from None


def _rewritten(path: str, data: bytes | None, operations: Sequence[PythonOperation]) -> bytes:
    located = [operation for operation in operations if isinstance(operation, _Located)]
    if data is None and located:
        raise RewriteError(path, "the file does not exist")
    module, tree = load(path, data or b"")
    style = Style.of(module)
    names = TypingNames(tree)
    if located:
        module = _edited(module, located, style, names)
    after = _completed(module, [*operations, *names.needed], style).bytes
    if after != data:
        check_result(data, after)
    return after


def _completed(module: cst.Module, operations: Sequence[PythonOperation], style: Style) -> cst.Module:
    """Return the module with the operations on the module as a whole applied."""
    for operation in operations:
        if isinstance(operation, EnsureImport):
            module = ensure_import(module, operation)
    # Each definition is put right after the imports: the last one first keeps them in the order given.
    for operation in reversed(operations):
        if isinstance(operation, InsertDefinition):
            module = insert_definition(module, operation.code, style)
    for operation in operations:
        if isinstance(operation, DropImportIfUnused):
            module = drop_import(module, operation)
    return module


class _Applier(cst.CSTTransformer):
    """Apply each node's edits once its children are done."""

    def __init__(self, edits: Mapping[cst.CSTNode, Sequence[_Edit]]) -> None:
        super().__init__()
        self.edits = edits

    def on_visit(self, node: cst.CSTNode) -> bool:
        del node
        return True

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        for edit in self.edits.get(original_node, ()):
            updated_node = edit(updated_node)
        return updated_node


def _edited(module: cst.Module, operations: Sequence[_Located], style: Style, names: TypingNames) -> cst.Module:
    places = index(module)
    edits: defaultdict[cst.CSTNode, list[_Edit]] = defaultdict(list)
    removed: defaultdict[cst.Try | cst.TryStar, set[int]] = defaultdict(set)
    for operation in sorted(operations, key=lambda each: _ORDER.index(type(each))):
        try:
            if isinstance(operation, RemoveHandler):
                attempt, number = places.handler(operation.span)
                removed[attempt].add(number)
                continue
            node, edit = _edit_of(operation, places, style, names, module.default_indent)
        except RefusalError as refusal:
            raise _at(refusal, operation) from None
        edits[node].append(partial(_guarded, edit, operation))
        decorator = places.decorators.get(node)
        if decorator and isinstance(operation, RemoveCallKeyword) and has_keyword(node, operation.keyword):
            edits[decorator] = [drop_empty_parentheses]
    _add_removals(edits, removed, places)
    return cst.ensure_type(module.visit(_Applier(edits)), cst.Module)


def _edit_of(
    operation: _Located, places: Index, style: Style, names: TypingNames, indent: str
) -> tuple[cst.CSTNode, _Edit]:
    """Return the node that an operation means and what is to be done to it."""
    match operation:
        case SetCallKeyword(span=span, keyword=keyword, value=value):
            return places.call(span), lambda node: set_keyword(node, keyword, value, style, indent)
        case RemoveCallKeyword(span=span, keyword=keyword):
            return places.call(span), lambda node: remove_keyword(node, keyword)
        case ReplaceCallee(span=span, dotted=dotted):
            return places.call(span), lambda node: replace_callee(node, dotted)
        case AddCleanup(span=span):
            return places.function(span), lambda node: add_cleanup(node, operation, style, names)
        case AppendStatements(span=span, statements=statements):
            return places.function(span), lambda node: append_statements(node, statements, style)
        case SuppressTeardown(span=span):
            return places.function(span), lambda node: suppress_teardown(node, style)
    raise RefusalError("this operation is not known")


def _add_removals(
    edits: dict[cst.CSTNode, list[_Edit]], removed: Mapping[cst.Try | cst.TryStar, set[int]], places: Index
) -> None:
    """Add the edits that remove handlers: on the ``try`` itself, or on its block where the ``try`` goes."""
    unwrapped: defaultdict[cst.CSTNode, set[int]] = defaultdict(set)
    for attempt, numbers in removed.items():
        if is_unwrapped(attempt, numbers):
            container, position = places.blocks[attempt]
            unwrapped[container].add(position)
        else:
            edits.setdefault(attempt, []).append(partial(remove_handlers, removed=numbers))
    for block, positions in unwrapped.items():
        edits.setdefault(block, []).append(partial(unwrap, positions=positions))


def _guarded(edit: _Edit, operation: _Located, node: cst.CSTNode) -> cst.CSTNode:
    try:
        return edit(node)
    except RefusalError as refusal:
        raise _at(refusal, operation) from None


def _at(refusal: RefusalError, operation: _Located) -> RefusalError:
    return RefusalError(f"line {operation.span.line}: {refusal.reason}")
