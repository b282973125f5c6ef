"""Keywords and callees of calls and decorators: what changes, and all the layout that does not."""

from __future__ import annotations

import pytest
from rewrite_python_places import PATH, call, edited, refusal

from codemod.operations import RemoveCallKeyword, ReplaceCallee, SetCallKeyword

TAIL = "\ndef engine():\n    return 1\n"


def set_scope(text: str, value: str = '"session"', callee: str = "pytest.fixture") -> SetCallKeyword:
    return SetCallKeyword(PATH, call(text, callee), "loop_scope", value)


def drop_scope(text: str, callee: str = "pytest.fixture") -> RemoveCallKeyword:
    return RemoveCallKeyword(PATH, call(text, callee), "scope")


SETS = {
    "bare decorator": ("@pytest.fixture", '@pytest.fixture(loop_scope="session")'),
    "empty call": ("@pytest.fixture()", '@pytest.fixture(loop_scope="session")'),
    "after other keywords": (
        '@pytest.fixture(scope="module")',
        '@pytest.fixture(scope="module", loop_scope="session")',
    ),
    "after positional": ("@pytest.fixture(name)", '@pytest.fixture(name, loop_scope="session")'),
    "trailing comma": ("@pytest.fixture(name,)", '@pytest.fixture(name, loop_scope="session",)'),
    "spaces inside": ("@pytest.fixture( name )", '@pytest.fixture( name, loop_scope="session" )'),
    "before double star": ("@pytest.fixture(a=1, **kw)", '@pytest.fixture(a=1, loop_scope="session", **kw)'),
    "before only double star": ("@pytest.fixture(**kw)", '@pytest.fixture(loop_scope="session", **kw)'),
    "after single star": ("@pytest.fixture(*args)", '@pytest.fixture(*args, loop_scope="session")'),
    "trailing comment": ("@pytest.fixture  # once", '@pytest.fixture(loop_scope="session")  # once'),
    "one per line": (
        "@pytest.fixture(\n    a=1,\n    b=2,\n)",
        '@pytest.fixture(\n    a=1,\n    b=2,\n    loop_scope="session",\n)',
    ),
    "one per line without comma": (
        "@pytest.fixture(\n    a=1,\n    b=2\n)",
        '@pytest.fixture(\n    a=1,\n    b=2,\n    loop_scope="session",\n)',
    ),
    "one argument on its own line": (
        "@pytest.fixture(\n  a=1\n)",
        '@pytest.fixture(\n  a=1,\n  loop_scope="session",\n)',
    ),
    "hanging": (
        "@pytest.fixture(a=1,\n                b=2)",
        '@pytest.fixture(a=1,\n                b=2,\n                loop_scope="session")',
    ),
    "all on one inner line": (
        "@pytest.fixture(\n    a=1, b=2\n)",
        '@pytest.fixture(\n    a=1, b=2, loop_scope="session"\n)',
    ),
    "comments in lines": (
        "@pytest.fixture(  # open\n    a=1,  # one\n    # own\n    b=2,  # two\n)  # end",
        '@pytest.fixture(  # open\n    a=1,  # one\n    # own\n    b=2,  # two\n    loop_scope="session",\n)  # end',
    ),
    "comment without comma": (
        "@pytest.fixture(\n    a=1,\n    b=2  # two\n)",
        '@pytest.fixture(\n    a=1,\n    b=2,  # two\n    loop_scope="session",\n)',
    ),
    "one per line before double star": (
        "@pytest.fixture(\n    a=1,\n    **kw,\n)",
        '@pytest.fixture(\n    a=1,\n    loop_scope="session",\n    **kw,\n)',
    ),
    "only a comment": (
        "@pytest.fixture(\n    # later\n)",
        '@pytest.fixture(\n    # later\n    loop_scope="session",\n)',
    ),
    "multi-line value": (
        "@pytest.fixture(params=[\n    1,\n])",
        '@pytest.fixture(params=[\n    1,\n], loop_scope="session")',
    ),
    "replaced": (
        "@pytest.fixture(loop_scope='module', a=1)  # c",
        "@pytest.fixture(loop_scope='session', a=1)  # c",
    ),
    "replaced over lines": (
        "@pytest.fixture(loop_scope=a +\n    b, c=1)",
        '@pytest.fixture(loop_scope="session", c=1)',
    ),
    "replaced keeps spaces": ('@pytest.fixture(loop_scope = "module" )', '@pytest.fixture(loop_scope = "session" )'),
    "replaced name": ("@pytest.fixture(loop_scope=WIDE)", '@pytest.fixture(loop_scope="session")'),
    "bare in parentheses": ("@(pytest.fixture)", '@(pytest.fixture(loop_scope="session"))'),
}


@pytest.mark.parametrize("case", SETS)
def test_a_keyword_is_set_in_the_layout_of_the_call(case: str) -> None:
    before, after = (part + TAIL for part in SETS[case])
    assert edited(before, set_scope(before)) == after
    assert edited(after, set_scope(after)) == after


@pytest.mark.parametrize("value", ['"session"', "'session'", 'r"session"', '("session")'])
def test_an_equal_value_is_left_as_it_is_spelt(value: str) -> None:
    text = f"@pytest.fixture(loop_scope={value})" + TAIL
    assert edited(text, set_scope(text)) == text


def test_a_mark_without_call_becomes_a_call_anywhere() -> None:
    text = "pytestmark = [pytest.mark.asyncio, pytest.mark.slow]\n"
    expected = 'pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]\n'
    assert edited(text, set_scope(text, callee="pytest.mark.asyncio")) == expected


def test_strings_take_the_quotes_of_the_file() -> None:
    text = "x = 'a' + 'b' + \"c\"\n@pytest.fixture\ndef f(): pass\n"
    assert "(loop_scope='session')" in edited(text, set_scope(text))


def test_a_tie_of_quotes_is_double_and_a_needed_escape_keeps_the_quotes() -> None:
    text = "x = 'a' + \"c\"\n@pytest.fixture\ndef f(): pass\n"
    assert '(loop_scope="session")' in edited(text, set_scope(text))
    single = "x = 'a'\n@pytest.fixture\ndef f(): pass\n"
    assert '(loop_scope="it\'s")' in edited(single, set_scope(single, '"it\'s"'))


def test_nested_strings_of_a_value_take_the_quotes_of_the_file() -> None:
    text = "x = create('a', b='c')\n"
    operation = SetCallKeyword(PATH, call(text, "create"), "connect_args", '{"server": {"jit": "off"}, "n": 0}')
    assert edited(text, operation) == "x = create('a', b='c', connect_args={'server': {'jit': 'off'}, 'n': 0})\n"


def test_calls_that_start_together_are_told_apart_by_their_ends() -> None:
    text = "x = make(1)(2)(3)\n"
    operation = SetCallKeyword(PATH, call(text, "make(1)"), "k", "None")
    assert edited(text, operation) == "x = make(1)(2, k=None)(3)\n"


REMOVES = {
    "only keyword of a decorator": ('@pytest.fixture(scope="session")', "@pytest.fixture"),
    "only keyword, one per line": ('@pytest.fixture(\n    scope="session",\n)', "@pytest.fixture"),
    "first": ('@pytest.fixture(scope="session", autouse=True)', "@pytest.fixture(autouse=True)"),
    "last": ('@pytest.fixture(autouse=True, scope="session")', "@pytest.fixture(autouse=True)"),
    "last with trailing comma": ('@pytest.fixture(autouse=True, scope="s",)', "@pytest.fixture(autouse=True,)"),
    "middle": ('@pytest.fixture(a=1, scope="s", b=2)', "@pytest.fixture(a=1, b=2)"),
    "spaces inside": ('@pytest.fixture( a=1, scope="s" )', "@pytest.fixture( a=1 )"),
    "own line in the middle": (
        '@pytest.fixture(\n    a=1,  # one\n    scope="s",  # wide\n    # own\n    b=2,  # two\n)',
        "@pytest.fixture(\n    a=1,  # one\n    # own\n    b=2,  # two\n)",
    ),
    "own line first": (
        '@pytest.fixture(  # open\n    scope="s",\n    b=2,\n)',
        "@pytest.fixture(  # open\n    b=2,\n)",
    ),
    "own line last": (
        '@pytest.fixture(\n    a=1,  # one\n    scope="s",\n)',
        "@pytest.fixture(\n    a=1,  # one\n)",
    ),
    "own line last without comma": (
        '@pytest.fixture(\n    a=1,\n    scope="s"\n)',
        "@pytest.fixture(\n    a=1\n)",
    ),
    "hanging last": ('@pytest.fixture(a=1,\n                scope="s")', "@pytest.fixture(a=1)"),
    "hanging last after a comment": (
        '@pytest.fixture(a=1,  # one\n                scope="s")',
        "@pytest.fixture(a=1  # one\n                )",
    ),
    "hanging first": ('@pytest.fixture(scope="s",\n                a=1)', "@pytest.fixture(a=1)"),
    "hanging first with a comment": (
        '@pytest.fixture(scope="s",  # wide\n                a=1)',
        "@pytest.fixture(  # wide\n                a=1)",
    ),
    "shared line": (
        '@pytest.fixture(a=1, scope="s",\n                b=2)',
        "@pytest.fixture(a=1,\n                b=2)",
    ),
    "comment keeps the parentheses": (
        '@pytest.fixture(\n    # one engine\n    scope="s",\n)',
        "@pytest.fixture(\n    # one engine\n)",
    ),
}


@pytest.mark.parametrize("case", REMOVES)
def test_a_keyword_goes_with_its_line_and_nothing_else(case: str) -> None:
    before, after = (part + TAIL for part in REMOVES[case])
    assert edited(before, drop_scope(before)) == after
    assert edited(after, drop_scope(after)) == after


UNCHANGED = {
    "no such keyword": "@pytest.fixture(autouse=True)",
    "no such keyword and no arguments": "@pytest.fixture(  )",
    "bare": "@pytest.fixture",
    "same word as a value": "@pytest.fixture(scope, name=scope)",
    "inside double star": '@pytest.fixture(**{"scope": "session"})',
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_a_keyword_that_is_not_there_is_no_change(case: str) -> None:
    text = UNCHANGED[case] + TAIL
    assert edited(text, drop_scope(text)) == text


def test_a_call_that_is_no_decorator_keeps_its_parentheses() -> None:
    text = 'x = make(scope="s")\n'
    assert edited(text, drop_scope(text, "make")) == "x = make()\n"


CALLEES = {
    "bare": ("@pytest.fixture", "@pytest_asyncio.fixture"),
    "called": ("@pytest.fixture(scope='x')  # c", "@pytest_asyncio.fixture(scope='x')  # c"),
    "layout": ("@pytest.fixture(\n    a=1,  # one\n)", "@pytest_asyncio.fixture(\n    a=1,  # one\n)"),
    "in parentheses": ("@(pytest.fixture)", "@(pytest_asyncio.fixture)"),
}


@pytest.mark.parametrize("case", CALLEES)
def test_a_callee_is_replaced_and_its_arguments_stay(case: str) -> None:
    before, after = (part + TAIL for part in CALLEES[case])
    assert edited(before, ReplaceCallee(PATH, call(before, "pytest.fixture"), "pytest_asyncio.fixture")) == after
    same = ReplaceCallee(PATH, call(after, "pytest_asyncio.fixture"), "pytest_asyncio.fixture")
    assert edited(after, same) == after


def test_operations_on_one_place_and_on_nested_places_are_made_together() -> None:
    text = (
        '@pytest.fixture(\n    scope="session",\n)\ndef f():\n'
        '    return outer(inner(echo=True, scope="s"), scope="s")\n'
    )
    at = call(text, "pytest.fixture")
    operations = (
        RemoveCallKeyword(PATH, at, "scope"),
        SetCallKeyword(PATH, at, "loop_scope", '"function"'),
        ReplaceCallee(PATH, at, "pytest_asyncio.fixture"),
        drop_scope(text, "inner"),
        SetCallKeyword(PATH, call(text, "outer"), "poolclass", "NullPool"),
        drop_scope(text, "outer"),
    )
    expected = (
        '@pytest_asyncio.fixture(\n    loop_scope="function",\n)\ndef f():\n'
        "    return outer(inner(echo=True), poolclass=NullPool)\n"
    )
    assert edited(text, *operations) == expected
    assert edited(text, *reversed(operations)) == expected
    assert edited(text, *operations, *operations) == expected


REFUSED = {
    "stale span": ("x = 1\nf(a)\n", "f", lambda span: type(span)(1, 0, 1, 4), "no call or name"),
    "one column off": ("f(a)\n", "f", lambda span: type(span)(1, 0, 1, 3), "no call or name"),
    "the name of a call is no place": ("f(a)\n", "f", lambda span: type(span)(1, 0, 1, 1), "no call or name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_place_that_is_not_there_is_refused(case: str) -> None:
    text, callee, moved, reason = REFUSED[case]
    for operation in (
        SetCallKeyword(PATH, moved(call(text, callee)), "k", "1"),
        RemoveCallKeyword(PATH, moved(call(text, callee)), "k"),
        ReplaceCallee(PATH, moved(call(text, callee)), "g"),
    ):
        assert reason in refusal(text, operation)
        assert "line 1" in refusal(text, operation)


def test_what_cannot_be_exact_is_refused() -> None:
    text = "x = f(a for a in b)\ny = f()(1)\n"
    assert "generator" in refusal(text, SetCallKeyword(PATH, call(text, "f"), "k", "1"))
    assert "dotted name" in refusal(text, ReplaceCallee(PATH, call(text, "f()"), "g"))
    assert "no valid Python" in refusal(text, SetCallKeyword(PATH, call(text, "f"), "k", "a b"))
    assert "no valid Python" in refusal(text, ReplaceCallee(PATH, call(text, "f"), "a b"))
