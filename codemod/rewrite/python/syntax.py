"""Building blocks shared by the Python edits: the file's style, snippets, blocks, blank lines, comparison."""

from __future__ import annotations

import ast
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PRINTER = cst.Module([])
Line = cst.SimpleStatementLine | cst.BaseCompoundStatement
Lines = list[cst.EmptyLine]
BLANK = cst.EmptyLine(indent=False)
# The statement of a body that nothing is left of; by identity, so that statements added later can replace it.
FILLER = cst.Pass()


class RefusalError(Exception):
    """An edit cannot be made exactly; ``reason`` is half a sentence for a person, without the path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Style:
    """How inserted text is spelt in one file: its newline and its usual quote.

    Each parsing method raises `libcst.ParserSyntaxError` where the text is not Python.
    """

    newline: str
    quote: str

    @classmethod
    def of(cls, module: cst.Module) -> Style:
        """Read the style of ``module``; double quotes unless single ones are the majority."""
        counter = _QuoteCounter()
        module.visit(counter)
        return cls(module.default_newline, "'" if counter.single > counter.double else '"')

    def module(self, code: str) -> cst.Module:
        """Parse source text into nodes that print in this style."""
        # The indentation is left to detection: a snippet then prints with the indentation of its new place.
        parsed = cst.parse_module(self.newline.join(code.strip("\n").split("\n")) + self.newline)
        return cst.ensure_type(parsed.visit(_Requoter(self.quote)), cst.Module)

    def statements(self, lines: Iterable[str]) -> list[cst.BaseStatement]:
        """Parse source lines into statements."""
        return list(self.module("\n".join(lines)).body)

    def expression(self, code: str) -> cst.BaseExpression:
        """Parse one expression."""
        wrapped = cst.Expr(cst.parse_expression(code))
        return cst.ensure_type(wrapped.visit(_Requoter(self.quote)), cst.Expr).value


class _QuoteCounter(cst.CSTVisitor):
    def __init__(self) -> None:
        self.single = self.double = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleString):
            self.single += node.quote == "'"
            self.double += node.quote == '"'
        return True


class _Requoter(cst.CSTTransformer):
    def __init__(self, quote: str) -> None:
        super().__init__()
        self.quote = quote

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        del original_node
        return requote(updated_node, self.quote) if isinstance(updated_node, cst.SimpleString) else updated_node


def requote(string: cst.SimpleString, quote: str) -> cst.SimpleString:
    """Return ``string`` between ``quote`` characters, or unchanged where that would need an escape."""
    if len(string.quote) == 3 or any(character in string.raw_value for character in "\"'\\"):
        return string
    return string.with_changes(value=f"{string.prefix}{quote}{string.raw_value}{quote}")


def identifier(name: str) -> cst.Name:
    """Return the name as a node; raise RefusalError where it is no identifier."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise RefusalError(f"{name!r} is not a name")
    return cst.Name(name)


def code_of(node: cst.CSTNode) -> str:
    """Return the source text of a detached node, unindented."""
    return _PRINTER.code_for_node(node)


def as_ast(statement: cst.CSTNode) -> ast.Module:
    """Return the standard syntax tree of one statement; its lines count from the statement's own start."""
    return ast.parse(code_of(statement))


def same_statement(left: cst.CSTNode, right: cst.CSTNode) -> bool:
    """Tell whether two statements mean the same, whatever their layout and quotes."""
    return ast.dump(as_ast(left)) == ast.dump(as_ast(right))


def same_expression(left: cst.BaseExpression, right: cst.BaseExpression) -> bool:
    """Tell whether two expressions mean the same, whatever their layout and quotes."""
    # An argument may go over several lines that only the parentheses of its call hold together.
    one, other = (ast.parse(f"({code_of(node)}\n)") for node in (left, right))
    return ast.dump(one) == ast.dump(other)


def leading_lines(statement: cst.CSTNode) -> list[cst.EmptyLine]:
    """Return the blank and comment lines that libcst hangs before a statement."""
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return list(lines)


def with_leading(statement: cst.BaseStatement, lines: Iterable[cst.EmptyLine]) -> Line:
    """Return ``statement`` with exactly these lines before it."""
    # A statement in a body is always one of these two, which libcst's own types say of modules only.
    assert isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return statement.with_changes(leading_lines=list(lines))


def has_comment(lines: Iterable[cst.EmptyLine]) -> bool:
    """Tell whether one of the lines is a comment."""
    return any(line.comment is not None for line in lines)


def spaced(lines: Sequence[cst.EmptyLine], blanks: int) -> list[cst.EmptyLine]:
    """Return ``lines`` so that at least ``blanks`` blank lines come first."""
    present = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return [BLANK] * (blanks - present) + list(lines)


def without_trailing_blanks(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Return ``lines`` up to the last comment."""
    last = max((i for i, line in enumerate(lines) if line.comment is not None), default=-1)
    return list(lines[: last + 1])


def as_block(suite: cst.BaseSuite) -> cst.IndentedBlock:
    """Return the suite as an indented block: ``def f(): a()`` gets its body on a line of its own."""
    if isinstance(suite, cst.IndentedBlock):
        return suite
    one_line = cst.ensure_type(suite, cst.SimpleStatementSuite)
    line = cst.SimpleStatementLine(body=one_line.body, trailing_whitespace=one_line.trailing_whitespace)
    return cst.IndentedBlock(body=[line])


def without_filler(block: cst.IndentedBlock) -> cst.IndentedBlock:
    """Return ``block`` empty where it holds only the ``pass`` of a removal; comments above that close the block."""
    line = block.body[0]
    if not isinstance(line, cst.SimpleStatementLine) or len(block.body) > 1 or line.body[0] is not FILLER:
        return block
    return block.with_changes(body=(), footer=[*line.leading_lines, *block.footer])


def append_to(block: cst.IndentedBlock, statements: Sequence[cst.BaseStatement]) -> cst.IndentedBlock:
    """Return ``block`` with ``statements`` last; comments that closed the block stay before them."""
    closing = without_trailing_blanks(block.footer)
    first = with_leading(statements[0], [*closing, *leading_lines(statements[0])])
    return block.with_changes(body=[*block.body, first, *statements[1:]], footer=block.footer[len(closing) :])
