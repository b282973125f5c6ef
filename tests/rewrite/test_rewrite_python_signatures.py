"""Parameters that come and go in the layout of the signature; names and ``async``."""

from __future__ import annotations

import pytest
from rewrite_python_places import PATH, edited, function, refusal

from codemod.operations import AddCleanup, AddParameter, MakeAsync, RemoveParameter, RenameFunction

REMOVED = {
    "(x)": "()",
    "(x, a)": "(a)",
    "(a, x)": "(a)",
    "(a, x, b)": "(a, b)",
    "(a, x=1, *b)": "(a, *b)",
    "(a: int, x: int = 1, *, b)": "(a: int, *, b)",
    "(*, x)": "()",
    "(a, *, x)": "(a)",
    "(a, *, x: int = 1, **k)": "(a, **k)",
    "(a, *, x, b)": "(a, *, b)",
    "(*a, x)": "(*a)",
    "(x, /)": "()",
    "(x, /, a)": "(a)",
    "(a, x, /, b)": "(a, /, b)",
    "(a, /, *, x,)": "(a, /,)",
    "(a, x,)": "(a,)",
    "( a, x ) -> T": "( a ) -> T",
    "(\n    x, a, b\n)": "(\n    a, b\n)",
    "(\n    a, x\n)": "(\n    a\n)",
    "(\n    x,\n)": "()",
    "(\n    x,  # gone\n)": "()",
    "(x,  # stays\n)": "(  # stays\n)",
    "(\n    # own\n    x,\n)": "(\n    # own\n)",
    "(\n    a,\n    x,\n    b,\n)": "(\n    a,\n    b,\n)",
    "(\n    a,  # a\n    x: int,  # x\n    # own\n    b,  # b\n)": "(\n    a,  # a\n    # own\n    b,  # b\n)",
    "(\n    a,\n    x\n)": "(\n    a\n)",
    "(\n    *,\n    x,\n)": "()",
    "(\n    a,\n    *,\n    x,\n)": "(\n    a,\n)",
    "(\n    x,\n    /,\n    a,\n)": "(\n    a,\n)",
    "(a,\n      x,\n      b)": "(a,\n      b)",
    "(a,\n      x)": "(a)",
    "(x,\n      a)": "(a)",
    "(a, x,  # both\n      b)": "(a,  # both\n      b)",
    "(a,\n      x, b,  # both\n      c)": "(a,\n      b,  # both\n      c)",
}
ADDED = {
    "()": "(x)",
    "(a)": "(a, x)",
    "(a,)": "(a, x,)",
    "(a, b: int) -> T": "(a, b: int, x) -> T",
    "(a=1)": "(a=1, *, x)",
    "(a, /)": "(a, /, x)",
    "(a=1, /)": "(a=1, /, *, x)",
    "(*a)": "(*a, x)",
    "(*, a)": "(*, a, x)",
    "(a=1, *, b)": "(a=1, *, b, x)",
    "(*, a=1)": "(*, a=1, x)",
    "(**k)": "(x, **k)",
    "(a=1, **k)": "(a=1, *, x, **k)",
    "( a )": "( a, x )",
    "(\n)": "(\n    x,\n)",
    "(\n    # c\n)": "(\n    # c\n    x,\n)",
    "(\n    a,\n    b,\n)": "(\n    a,\n    b,\n    x,\n)",
    "(\n    a, b\n)": "(\n    a, b, x\n)",
    "(\n    a=1,\n)": "(\n    a=1,\n    *,\n    x,\n)",
    "(\n    *,\n    b,  # c\n    **k\n)": "(\n    *,\n    b,  # c\n    x,\n    **k\n)",
    "(a,\n      b)": "(a,\n      b,\n      x)",
}
AROUND = "# é\n@a  # dec\nasync  def f{}:  # head\n    '''x'''\n    return  x\n\ndef g(x): pass"


def removed(text: str, name: str = "x") -> str:
    return edited(text, RemoveParameter(PATH, function(text), name))


def added(text: str, name: str = "x") -> str:
    return edited(text, AddParameter(PATH, function(text), name))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("signature", REMOVED)
def test_a_parameter_goes_and_nothing_else(signature: str, newline: str) -> None:
    before, after = (AROUND.replace("{}", part).replace("\n", newline) for part in (signature, REMOVED[signature]))
    assert removed(before) == after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("signature", ADDED)
def test_a_parameter_comes_last_in_the_layout_of_the_others(signature: str, newline: str) -> None:
    before, after = (AROUND.replace("{}", part).replace("\n", newline) for part in (signature, ADDED[signature]))
    assert added(before) == after
    assert added(after) == after
    assert removed(after) != after


@pytest.mark.parametrize("signature", ["()", "(a)", "(self, y, *, z=x)", "(a: x)"])
def test_a_parameter_that_is_not_there_is_refused(signature: str) -> None:
    text = f"def f{signature}: pass\n"
    assert refusal(text, RemoveParameter(PATH, function(text), "x")) == "RewriteError: line 1: it has no parameter x"


@pytest.mark.parametrize("star", ["*", "**"])
def test_a_variadic_parameter_is_refused(star: str) -> None:
    text = f"def f(a, {star}x): pass\n"
    for operation in (RemoveParameter, AddParameter):
        assert f"x is its parameter {star}x" in refusal(text, operation(PATH, function(text), "x"))


def test_a_tab_and_a_byte_order_mark_stay() -> None:
    text = "\ufeffclass A:\n\tclass B:\n\t\tdef f(\n\t\t\tself,\n\t\t\tx,\n\t\t):\n\t\t\tpass\n"
    assert removed(text) == text.replace("\t\t\tx,\n", "")
    assert added(text, "y") == text.replace("\t\t\tx,\n", "\t\t\tx,\n\t\t\ty,\n")


def test_parameters_combine_in_the_order_given() -> None:
    text = "def f(a, x): pass\n"
    f = function(text)
    operations = [AddParameter(PATH, f, "c"), RemoveParameter(PATH, f, "x"), AddParameter(PATH, f, "b")]
    assert edited(text, *operations, RemoveParameter(PATH, f, "a")) == "def f(c, b): pass\n"


@pytest.mark.parametrize("operation", [AddParameter, RenameFunction])
@pytest.mark.parametrize("name", ["", "a b", "1a", "def", "None", "a.b", "a, b", "a=1"])
def test_what_is_no_name_is_refused(name: str, operation: type[AddParameter]) -> None:
    text = "def f(a): pass\n"
    assert refusal(text, operation(PATH, function(text), name)) == f"RewriteError: line 1: {name!r} is not a name"


def test_a_parameter_that_cannot_be_one_is_refused() -> None:
    text = "def f():\n    global x\n"
    assert "would not compile" in refusal(text, AddParameter(PATH, function(text), "x"))


# --- names and async -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_function_gets_another_name_and_its_callers_do_not(newline: str) -> None:
    text = "f()\nclass f:\n    @f\n    async  def  f (f = f): f  # f\n".replace("\n", newline)
    assert edited(text, RenameFunction(PATH, function(text), "g")) == text.replace("def  f ", "def  g ")
    assert edited(text, RenameFunction(PATH, function(text), "f")) == text


ASYNC = {
    "plain": ("@a\ndef  f():\n    pass\n", "@a\nasync def  f():\n    pass\n"),
    "one line": ("class A:\n\tdef f(self): pass\n", "class A:\n\tasync def f(self): pass\n"),
    "nested function stays": ("def f():\n    def g(): pass\n", "async def f():\n    def g(): pass\n"),
    "what it returns stays": (
        "from typing import Iterator\ndef f() -> Iterator[int]:\n    return g()\n",
        "from typing import Iterator\nasync def f() -> Iterator[int]:\n    return g()\n",
    ),
    "what it yields": (
        "from typing import Iterator\ndef f() -> Iterator[int]:\n    yield 1\n",
        "from typing import AsyncIterator\nasync def f() -> AsyncIterator[int]:\n    yield 1\n",
    ),
}


@pytest.mark.parametrize("case", ASYNC)
def test_a_function_becomes_async(case: str) -> None:
    before, after = ASYNC[case]
    assert edited(before, MakeAsync(PATH, function(before))) == after
    assert edited(after, MakeAsync(PATH, function(after, "f"))) == after


def test_an_async_function_gets_its_cleanup() -> None:
    text = "def f() -> T:\n    return a\n"
    f = function(text)
    result = edited(text, AddCleanup(PATH, f, "v", ("await {value}.close()",)), MakeAsync(PATH, f))
    assert result.endswith("async def f() -> AsyncIterator[T]:\n    yield a\n    await a.close()\n")


def test_a_body_that_cannot_be_async_is_refused() -> None:
    text = "def f():\n    yield from g()\n"
    assert "would not compile" in refusal(text, MakeAsync(PATH, function(text)))


@pytest.mark.parametrize(
    "operation", [MakeAsync, *(lambda p, s, k=kind: k(p, s, "x") for kind in (RemoveParameter, RenameFunction))]
)
def test_a_place_without_a_function_is_refused(operation: type[MakeAsync]) -> None:
    text = "def f(x): pass\n"
    for other in ("\ndef f(x): pass\n", "class A:\n    def f(x): pass\n", "def f(x):\n    pass\n", "f(x)\n"):
        assert refusal(other, operation(PATH, function(text))) == (
            "RewriteError: line 1: there is no function at this place"
        )
