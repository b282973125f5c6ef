"""Statements, decorators and arguments that go."""

from __future__ import annotations

import pytest
from rewrite_python_places import PATH, call, edited, expression, function, handler, refusal, statement

from codemod.operations import (
    RemoveArguments,
    RemoveCallKeyword,
    RemoveDecorator,
    RemoveHandler,
    RemoveStatement,
    ReplaceCallee,
    ReplaceExpression,
    SetCallKeyword,
)


def without(text: str, *statements: str) -> str:
    return edited(text, *(RemoveStatement(PATH, statement(text, each)) for each in statements))


REMOVED = {
    "comment above stays": (
        "def f():\n    # c\n    a()  # t\n    # d\n    b()\n",
        "def f():\n    # c\n    # d\n    b()\n",
    ),
    "comment above the last": ("def f():\n    b\n\n    # c\n    a()  # t\n\nc\n", "def f():\n    b\n\n    # c\n\nc\n"),
    "one gap": ("b\n\na()\n\n\nc\n", "b\n\n\nc\n"),
    "first": ("def f():\n    a()\n\n    b\n", "def f():\n    b\n"),
    "first of the file": ("# head\na()\nb\n", "# head\nb\n"),
    "only of the file": ("# head\n\na()\n", "# head\n"),
    "last of the file": ("b\n\na()\n\n", "b\n"),
    "last without newline": ("b\na()", "b"),
    "only": ("def f():\n    # c\n    a()  # t\n    # foot\n", "def f():\n    # c\n    pass\n    # foot\n"),
    "one line": ("def f(): a()  # t\n", "def f(): pass  # t\n"),
    "one of one line": ("def f(): b; a(); c  # t\n", "def f(): b; c  # t\n"),
    "first of a row": ("a(); b; c  # t\n", "b; c  # t\n"),
    "middle of a row": ("b; a() ; c\n", "b; c\n"),
    "last of a row": ("b; c; a()  # t\n", "b; c  # t\n"),
    "last of a closed row": ("b; c; a();\n", "b; c;\n"),
    "closed": ("b\na();\n", "b\n"),
    "try": ("try:\n    a()\nfinally:\n    b\n", "try:\n    pass\nfinally:\n    b\n"),
    "finally": ("try:\n    b\nfinally:\n    # c\n    a()\n", "try:\n    b\nfinally:\n    # c\n    pass\n"),
    "except": ("try:\n    b\nexcept E:\n    a()\n", "try:\n    b\nexcept E:\n    pass\n"),
    "with": ("with b as c:\n\ta()\n\td\n", "with b as c:\n\td\n"),
    "elif": ("if b: pass\nelif c:\n    a()\nelse: d\n", "if b: pass\nelif c:\n    pass\nelse: d\n"),
    "else": ("for b in c: d\nelse:\n    a()\n", "for b in c: d\nelse:\n    pass\n"),
    "match": ("match b:\n    case 1:\n        a()\n", "match b:\n    case 1:\n        pass\n"),
    "class": ("class A:\n    class B:\n        a()\n    c\n", "class A:\n    class B:\n        pass\n    c\n"),
    "several lines": ("def f():\n    (a)(\n        # in\n    )\n    b\n", "def f():\n    b\n"),
    "parentheses": ("( a() )\nb\n", "b\n"),
    "continuation": ("a(\\\n)\nb\n", "b\n"),
}
KINDS = ["x = a()", "x: int = 1", "x += 1", "return x", "yield x", "await a()", "assert a", "raise E", "del x", "pass"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", REMOVED)
def test_a_statement_goes_and_its_comment_stays(case: str, newline: str) -> None:
    before, after = (part.replace("\n", newline) for part in REMOVED[case])
    assert without(before, "a()") == after


@pytest.mark.parametrize("kind", [*KINDS, "import x", "from x import y", "global x", "break"])
def test_every_simple_statement_can_go(kind: str) -> None:
    text = f"# é\nasync def f():\n    while 'é':\n        b; {kind}; c\n        {kind}\n"
    spans = [RemoveStatement(PATH, statement(text, kind, number)) for number in (0, 1)]
    assert edited(text, spans[0]) == text.replace(f" {kind};", "")
    assert edited(text, *spans) == "# é\nasync def f():\n    while 'é':\n        b; c\n"


def test_all_of_a_row_and_of_a_function() -> None:
    assert without("b; a(); c;  # t\nd\n", "a()", "b", "c") == "d\n"
    assert without("def f():\n    b; a()\n    # c\n    c\n", "a()", "b", "c") == "def f():\n    # c\n    pass\n"
    assert without("def f(): b; a()\n", "b", "a()") == "def f(): pass\n"


def test_the_first_of_the_file_keeps_the_encoding() -> None:
    data = "# coding: latin-1\na()\nb = 'é'\n".encode("latin-1")
    text = data.decode("latin-1")
    assert edited("\ufeffa()\nb\n", RemoveStatement(PATH, statement("\ufeffa()\nb\n", "a()"))) == "\ufeffb\n"
    assert without(text, "a()") == "# coding: latin-1\nb = 'é'\n"


def test_a_try_may_be_emptied_and_unwrapped() -> None:
    text = "b\ntry:\n    a()\n    # c\n    d\nexcept E: pass\ne\n"
    gone = RemoveStatement(PATH, statement(text, "a()"))
    assert edited(text, gone, RemoveHandler(PATH, handler(text))) == "b\n# c\nd\ne\n"
    after = RemoveStatement(PATH, statement(text, "e"))
    assert edited(text, gone, after, RemoveHandler(PATH, handler(text))) == "b\n# c\nd\n"


def test_an_edit_inside_a_removed_statement_is_done_with_it() -> None:
    text = "a(b)\nc\n"
    inside = SetCallKeyword(PATH, call(text, "a"), "k", "1"), ReplaceExpression(PATH, expression(text, "b"), "d")
    assert edited(text, *inside, RemoveStatement(PATH, statement(text, "a(b)"))) == "c\n"


@pytest.mark.parametrize(
    "text", ["if a: pass\n", "def f(): pass\n", " \na()\n", "a(b)\n", "with a: pass\n", "x = a()\n"]
)
def test_a_place_without_a_simple_statement_is_refused(text: str) -> None:
    span = statement("a()\n", "a()")
    reason = "RewriteError: line 1: there is no simple statement at this place"
    assert refusal(text, RemoveStatement(PATH, span)) == reason


def test_a_compound_statement_is_refused() -> None:
    text = "if a:\n    b\n"
    operation = RemoveStatement(PATH, statement(text, "if a:\n    b"))
    assert "no simple statement" in refusal(text, operation, RemoveStatement(PATH, statement(text, "b")))


# --- decorators ------------------------------------------------------------------------------------------------------

DECORATORS = {
    "only": ("# above\n@a.b\ndef f(): pass\n", "# above\ndef f(): pass\n"),
    "first": ("# above\n@a.b  # t\n# next\n@c\ndef f(): pass\n", "# above\n# next\n@c\ndef f(): pass\n"),
    "middle": ("@c\n# above\n@a.b\n\n# next\n@d\ndef f(): pass\n", "@c\n# above\n\n# next\n@d\ndef f(): pass\n"),
    "last": ("@c\n# above\n@a.b\n# next\nasync def f(): pass\n", "@c\n# above\n# next\nasync def f(): pass\n"),
    "class": ("@a.b\nclass A: pass\n", "class A: pass\n"),
    "method": ("class A:\n\tc\n\n\t@a.b\n\tdef f(self): pass\n", "class A:\n\tc\n\n\tdef f(self): pass\n"),
    "parentheses": ("@( a.b )\n@c\ndef f(): pass\n", "@c\ndef f(): pass\n"),
    "same name twice": ("@a.b\n@a.b\ndef f(): pass\n", "@a.b\ndef f(): pass\n"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", DECORATORS)
def test_a_decorator_goes_with_its_line(case: str, newline: str) -> None:
    before, after = (part.replace("\n", newline) for part in DECORATORS[case])
    assert edited(before, RemoveDecorator(PATH, expression(before, "a.b"))) == after


def test_a_decorator_of_several_lines_and_all_decorators() -> None:
    text = "@a\n# c\n@b(\n    1,  # one\n)\n@d\ndef f(): pass\n"
    operations = [RemoveDecorator(PATH, expression(text, each)) for each in ("b(1)", "a", "d")]
    assert edited(text, operations[0]) == "@a\n# c\n@d\ndef f(): pass\n"
    assert edited(text, *operations) == "# c\ndef f(): pass\n"


def test_an_edit_of_a_removed_decorator_is_done_with_it() -> None:
    text = "@a(k=1)\ndef f(): pass\n"
    gone = RemoveDecorator(PATH, call(text, "a"))
    assert edited(text, gone, RemoveCallKeyword(PATH, call(text, "a"), "k")) == "def f(): pass\n"


@pytest.mark.parametrize("source", ["a", "b", "c", "f", "a.b"])
def test_an_expression_that_is_no_decorator_is_refused(source: str) -> None:
    text = "@a.b(c)\ndef f(x=b): f\na.b\n"
    place = RemoveDecorator(PATH, expression(text, source, 1 if source == "a.b" else 0))
    assert "there is no decorator at this place" in refusal(text, place)


# --- arguments -------------------------------------------------------------------------------------------------------

ARGUMENTS = {
    "decorator": ('@m.asyncio("session")  # t\ndef f(): pass\n', "@m.asyncio  # t\ndef f(): pass\n"),
    "several lines": ("@m.asyncio(\n    a,  # c\n    b=1,\n)\ndef f(): pass\n", "@m.asyncio\ndef f(): pass\n"),
    "no argument": ("@m.asyncio()\nclass A: pass\n", "@m.asyncio\nclass A: pass\n"),
    "entry of a list": ("x = [\n\tm.asyncio('a'),  # c\n\tm.b(1),\n]\n", "x = [\n\tm.asyncio,  # c\n\tm.b(1),\n]\n"),
    "value": ("x = m.asyncio (*a, **k)\n", "x = m.asyncio\n"),
    "parentheses": ("x = ( m.asyncio(1) ), 2\n", "x = ( m.asyncio ), 2\n"),
    "bare": ("@m.asyncio\ndef f(): pass\n", "@m.asyncio\ndef f(): pass\n"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", ARGUMENTS)
def test_all_arguments_go_with_the_parentheses(case: str, newline: str) -> None:
    before, after = (part.replace("\n", newline) for part in ARGUMENTS[case])
    assert edited(before, RemoveArguments(PATH, call(before, "m.asyncio"))) == after
    assert edited(after, RemoveArguments(PATH, call(after, "m.asyncio"))) == after


def test_arguments_go_before_a_keyword_comes() -> None:
    text = '@m.asyncio("module")\ndef f(): pass\n'
    span = call(text, "m.asyncio")
    setting = SetCallKeyword(PATH, span, "loop_scope", '"module"')
    for operations in ([setting, RemoveArguments(PATH, span)], [RemoveArguments(PATH, span), setting]):
        assert edited(text, *operations) == '@m.asyncio(loop_scope="module")\ndef f(): pass\n'
    renamed = edited(text, ReplaceCallee(PATH, span, "m.trio"), RemoveArguments(PATH, span))
    assert renamed == "@m.trio\ndef f(): pass\n"


@pytest.mark.parametrize("callee", ["a()", "a[0]", "(lambda: a)"])
def test_what_is_no_mark_keeps_its_arguments(callee: str) -> None:
    text = f"{callee}(1)\n"
    operation = RemoveArguments(PATH, expression(text, f"{callee}(1)"))
    assert "what is called is not a dotted name" in refusal(text, operation)


def test_a_place_without_a_call_is_refused() -> None:
    text = "x = 1\ndef f(): pass\n"
    assert "there is no call" in refusal(text, RemoveArguments(PATH, expression(text, "1")))
    assert "there is no call" in refusal(text, RemoveArguments(PATH, function(text)))
