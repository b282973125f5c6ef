"""Apply operations to one Python file: the only code that knows libcst, and the hard part of the rewriting.

The way of one file. Its bytes are parsed by `ast` and, once they are known to be harmless, by libcst; if libcst cannot
give the same bytes back, nothing is touched (`loading`). Every operation names its place by the span that `ast` gave
for the *original* text, so all places are looked up before anything changes (`locate`), and each becomes an edit of one
node: a function from the node, with the edits inside it already made, to a new node. One walk from the leaves to the
root applies them (`edits`), so that operations on nested places need not know of each other, and operations on one
place run in a fixed order. Then come the edits of the module as a whole: imports that the edits need, definitions, and,
last, imports that nothing uses any more. The result has to parse, and to compile where the original does.

An edit that cannot be exact raises `RefusalError` and the whole call fails: half of a remedy is worse than none. What
libcst prints for nodes that no edit touched is, byte for byte, what was there.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import libcst as cst

from codemod.errors import RewriteError
from codemod.operations import DropImportIfUnused, EnsureImport, InsertDefinition, InsertStatements, PythonOperation
from codemod.rewrite.python.annotations import TypingNames
from codemod.rewrite.python.definitions import insert_definition, insert_statements
from codemod.rewrite.python.edits import Located, edited
from codemod.rewrite.python.imports import drop_import, ensure_import
from codemod.rewrite.python.loading import TOO_DEEP, check_result, load
from codemod.rewrite.python.syntax import RefusalError, Style

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    located = [operation for operation in operations if isinstance(operation, Located)]
    if data is None and located:
        raise RewriteError(path, "the file does not exist")
    module, tree = load(path, data or b"")
    style = Style.of(module)
    names = TypingNames(tree)
    if located:
        module = edited(module, located, style, names)
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
        elif isinstance(operation, InsertStatements):
            module = insert_statements(module, operation.code, style)
    for operation in operations:
        if isinstance(operation, DropImportIfUnused):
            module = drop_import(module, operation)
    return module
