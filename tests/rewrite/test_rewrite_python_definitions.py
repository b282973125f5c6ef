"""Whole functions that are deleted or replaced, and statements that are put first in a body."""

from __future__ import annotations

from textwrap import dedent

import pytest
from rewrite_python_places import PATH, edited, function, refusal, statement

from codemod.operations import (
    AppendStatements,
    DeleteDefinition,
    PrependStatements,
    RemoveParameter,
    RemoveStatement,
    RenameFunction,
    ReplaceDefinition,
    SuppressTeardown,
)


def without(text: str, *names: str) -> str:
    return edited(text, *(DeleteDefinition(PATH, function(text, name)) for name in names))


DELETED = {
    "between": (
        "a = 1\n\n\n@d  # c\ndef x():\n    pass\n    # in x\n\n\ndef y(): pass\n",
        "a = 1\n\n\ndef y(): pass\n",
    ),
    "own comment": ("a = 1\n\n\n# own\n# more\ndef x(): pass\n\n\nb\n", "a = 1\n\n\nb\n"),
    "comment of the section": (
        "a\n\n# section\n\n# own\ndef x(): pass\n\n\n# next\nb\n",
        "a\n\n# section\n\n\n# next\nb\n",
    ),
    "larger gap": ("a\n\ndef x(): pass\n\n\nb\n", "a\n\n\nb\n"),
    "larger gap before": ("a\n\n\ndef x(): pass\nb\n", "a\n\n\nb\n"),
    "no gap": ("a\ndef x(): pass\nb\n", "a\nb\n"),
    "first": ("def x(): pass\n\n\ndef y(): pass\n", "def y(): pass\n"),
    "first under the file's comment": (
        "#!/usr/bin/env python\n# licence\ndef x(): pass\n\n\ndef y(): pass\n",
        "#!/usr/bin/env python\n# licence\n\n\ndef y(): pass\n",
    ),
    "first with own comment": ("# licence\n\n# own\ndef x(): pass\n\n\nb\n", "# licence\n\n\nb\n"),
    "only": ("def x(): pass\n", ""),
    "only, with comment": ("# licence\n\n\ndef x(): pass\n\n", "# licence\n"),
    "last": ("a\n\n\ndef x():\n    pass\n\n\n", "a\n"),
    "last without newline": ("a\n\n\ndef x(): pass", "a"),
    "last before comments": ("a\n\n\ndef x(): pass\n\n\n# foot\n", "a\n\n\n# foot\n"),
    "first of a class": (
        "class A:\n    # own\n    def x(self): pass\n\n    def y(self): pass\n",
        "class A:\n    def y(self): pass\n",
    ),
    "after a docstring": (
        'class A:\n    """D."""\n\n    def x(self): pass\n\n    def y(self): pass\n',
        'class A:\n    """D."""\n\n    def y(self): pass\n',
    ),
    "last of a class": (
        "class A:\n    b = 1\n\n    def x(self): pass\n\n\nclass B: pass\n",
        "class A:\n    b = 1\n\n\nclass B: pass\n",
    ),
    "only but a docstring": (
        'class A:\n    """D."""\n\n    def x(self): pass\n\n\nb\n',
        'class A:\n    """D."""\n\n\nb\n',
    ),
    "only of a class": ("class A:\n\n    # own\n    def x(self): pass\n\n\nb\n", "class A:\n    pass\n\n\nb\n"),
    "only but comments": (
        "class A:\n    # kept\n\n    def x(self): pass\n    # foot\n",
        "class A:\n    # kept\n    pass\n    # foot\n",
    ),
    "before a comment at the end": (
        "class A:\n    b\n\n    def x(self): pass\n\n    # foot\n",
        "class A:\n    b\n\n    # foot\n",
    ),
    "nested": (
        "class A:\n\tclass B:\n\t\tasync def x(self): pass\n\n\tc = 1\n",
        "class A:\n\tclass B:\n\t\tpass\n\n\tc = 1\n",
    ),
    "branches": ("if a:\n    def x(): pass\nelse:\n    def z(): pass\n", "if a:\n    pass\nelse:\n    def z(): pass\n"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", DELETED)
def test_a_definition_goes_with_its_comments_and_one_gap(case: str, newline: str) -> None:
    before, after = (part.replace("\n", newline) for part in DELETED[case])
    assert without(before, "x") == after


def test_neighbours_go_together() -> None:
    text = "# top\n# own\ndef x(): pass\n# y\ndef y(): pass\n\n\n# z\ndef z(): pass\n\n\na\n"
    assert without(text, "x", "y", "z") == "# top\n# own\n\n\na\n"
    assert without(text, "z", "y") == "# top\n# own\ndef x(): pass\n\n\na\n"
    text = "class A:\n    def x(self): pass\n\n    def y(self): pass\n\n    def z(self): pass\n"
    assert without(text, "x", "y", "z") == "class A:\n    pass\n"
    assert without(text, "x", "y") == "class A:\n    def z(self): pass\n"
    assert without(text, "x", "z") == "class A:\n    def y(self): pass\n"


def test_a_byte_order_mark_outlives_the_last_definition() -> None:
    assert without("\ufeffdef x(): pass\n\n\na\n", "x") == "\ufeffa\n"


def test_operations_inside_what_is_deleted_are_done_with_it() -> None:
    text = "def x(a):\n    b()\n\n\nc\n"
    x = function(text)
    inside = [SuppressTeardown(PATH, x), RenameFunction(PATH, x, "y"), RemoveStatement(PATH, statement(text, "b()"))]
    assert edited(text, *inside, DeleteDefinition(PATH, x)) == "c\n"


def test_a_place_inside_what_is_deleted_has_to_be_there() -> None:
    text = "def x(a):\n    b()\n\n\nc\n"
    x = function(text)
    wrong = RemoveStatement(PATH, function("def x(a):\n    c()\n"))
    assert "no simple statement" in refusal(text, DeleteDefinition(PATH, x), wrong)


@pytest.mark.parametrize("text", ["class x: pass\n", "x = 1\n", "\ndef x(): pass\n", "def x():\n    pass\n"])
def test_a_definition_that_is_not_there_is_refused(text: str) -> None:
    span = function("def x(): pass\n")
    for operation in (DeleteDefinition(PATH, span), ReplaceDefinition(PATH, span, "def y(): pass\n")):
        assert refusal(text, operation) == "RewriteError: line 1: there is no function at this place"


# --- replaced --------------------------------------------------------------------------------------------------------

NEW = '@pytest.fixture\nasync def y(a):\n    # why\n    if a:\n        yield "b"\n'


def put(text: str, code: str = NEW, name: str = "x") -> str:
    return edited(text, ReplaceDefinition(PATH, function(text, name), code))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_definition_takes_the_place_of_another(newline: str) -> None:
    text = "a\n\n\n# above\n@b\n# between\n@c\ndef x(): pass\n\n\n# next\nd\n".replace("\n", newline)
    expected = "a\n\n\n# above\n" + NEW + "\n\n# next\nd\n"
    assert put(text) == expected.replace("\n", newline)
    assert put(put(text), name="y") == put(text)


def test_a_definition_takes_indentation_and_quotes_of_its_place() -> None:
    text = "class A:\n\tclass B:\n\t\t# above\n\t\tdef x(self): return 'c', 'd'\n\tz = ''\n"
    body = "\t\t@pytest.fixture\n\t\tasync def y(a):\n\t\t\t# why\n\t\t\tif a:\n\t\t\t\tyield 'b'\n"
    assert put(text) == "class A:\n\tclass B:\n\t\t# above\n" + body + "\tz = ''\n"


def test_comments_above_the_code_and_common_indentation() -> None:
    text = "# above\ndef x(): pass\n"
    assert put(text, "    # new\n    def y():\n        pass\n") == "# above\n# new\ndef y():\n    pass\n"


def test_the_same_definition_is_left_as_it_is_spelt() -> None:
    text = "@a\ndef x( b ) : return  'c'  # c\n"
    assert put(text, '@a\ndef x(b):\n    return "c"\n') == text


@pytest.mark.parametrize(
    "code", ["", "a = 1\n", "class x: pass\n", "def a(): pass\ndef b(): pass\n", "def a(): pass\n# foot\n"]
)
def test_what_is_not_one_function_is_refused(code: str) -> None:
    text = "def x(): pass\n"
    operation = ReplaceDefinition(PATH, function(text), code)
    assert refusal(text, operation) == "RewriteError: line 1: the text to put there is not one function"


def test_code_that_is_no_python_is_refused() -> None:
    text = "def x(): pass\n"
    operation = ReplaceDefinition(PATH, function(text), "def y(:\n")
    assert refusal(text, operation) == "RewriteError: an operation's text gives no valid Python"


def test_a_replaced_function_takes_no_other_edit() -> None:
    text = "@d\ndef x(a):\n    b()\n"
    x = function(text)
    new = ReplaceDefinition(PATH, x, NEW)
    others = [
        RemoveParameter(PATH, x, "a"),
        RemoveStatement(PATH, statement(text, "b()")),
        ReplaceDefinition(PATH, x, "def z(): pass\n"),
    ]
    for other in others:
        assert refusal(text, new, other) == (
            "RewriteError: line 2: what is replaced there is changed by another operation too"
        )


# --- put first -------------------------------------------------------------------------------------------------------

PUT_FIRST = {
    "body": ("def f():\n    b\n", "def f():\n    a = 1\n    b\n"),
    "one line": ("def f(): return 1  # c\n", "def f():\n    a = 1\n    return 1  # c\n"),
    "docstring": ('def f():\n    """D."""\n    b\n', 'def f():\n    """D."""\n    a = 1\n    b\n'),
    "docstring and gap": (
        'def f():\n    """D."""\n\n    # c\n    b\n',
        'def f():\n    """D."""\n\n    a = 1\n    # c\n    b\n',
    ),
    "only a docstring": ('def f():\n    """D."""\n    # foot\n', 'def f():\n    """D."""\n    a = 1\n    # foot\n'),
    "docstring in one line": ('def f(): """D."""\n', 'def f():\n    """D."""\n    a = 1\n'),
    "docstring before a semicolon": (
        'def f():\n    # d\n    """D."""; b  # t\n',
        'def f():\n    # d\n    """D."""\n    a = 1\n    b  # t\n',
    ),
    "docstring in pieces": ('def f():\n    "a" "b"\n    b\n', 'def f():\n    "a" "b"\n    a = 1\n    b\n'),
    "bytes are no docstring": ('def f():\n    b"D"\n', 'def f():\n    a = 1\n    b"D"\n'),
    "a formatted string is no docstring": ('def f():\n    f"D"\n', 'def f():\n    a = 1\n    f"D"\n'),
    "comment": ("def f():  # h\n    # c\n    b\n", "def f():  # h\n    a = 1\n    # c\n    b\n"),
    "gap": ("def f():\n\n    # c\n    b\n", "def f():\n\n    a = 1\n    # c\n    b\n"),
    "method": (
        "class A:\n\t@b\n\tasync def f(self):\n\t\tif c: pass\n",
        "class A:\n\t@b\n\tasync def f(self):\n\t\ta = 1\n\t\tif c: pass\n",
    ),
    "body that only begins alike": ("def f():\n    a = 2\n", "def f():\n    a = 1\n    a = 2\n"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", PUT_FIRST)
def test_statements_come_first_once(case: str, newline: str) -> None:
    before, after = (part.replace("\n", newline) for part in PUT_FIRST[case])
    for text in (before, after):
        assert edited(text, PrependStatements(PATH, function(text), ("a = 1",))) == after


def test_blocks_and_several_operations_keep_their_order() -> None:
    text = "def f():\n  b\n"
    f = function(text)
    operations = [PrependStatements(PATH, f, ("if a:", "    c")), PrependStatements(PATH, f, ("d", "# e", "e"))]
    assert edited(text, *operations) == dedent("""\
        def f():
          if a:
            c
          d
          # e
          e
          b
        """)


@pytest.mark.parametrize("text", ["def f():\n    # c\n    b()\n", "def f(): b()\n"])
def test_a_body_that_is_emptied_and_filled_needs_no_pass(text: str) -> None:
    gone, f = RemoveStatement(PATH, statement(text, "b()")), function(text)
    comment = "    # c\n" if "#" in text else ""
    assert edited(text, gone, PrependStatements(PATH, f, ("a",))) == f"def f():\n    a\n{comment}"
    assert edited(text, gone, AppendStatements(PATH, f, ("a",))) == f"def f():\n{comment}    a\n"
    both = [AppendStatements(PATH, f, ("z",)), PrependStatements(PATH, f, ("a",))]
    assert edited(text, gone, *both) == f"def f():\n    a\n{comment}    z\n"


def test_a_pass_that_was_there_stays() -> None:
    text = "def f():\n    pass\n"
    assert edited(text, PrependStatements(PATH, function(text), ("a",))) == "def f():\n    a\n    pass\n"


@pytest.mark.parametrize("line", ["a = ", "return (", "if a:"])
def test_statements_that_are_no_python_are_refused(line: str) -> None:
    text = "def f(): pass\n"
    assert "no valid Python" in refusal(text, PrependStatements(PATH, function(text), (line,)))


def test_statements_that_do_not_fit_are_refused() -> None:
    text = "def f(): pass\n"
    assert "would not compile" in refusal(text, PrependStatements(PATH, function(text), ("await a",)))
