"""Except clauses that go, statements that are appended, teardowns that are wrapped."""

from __future__ import annotations

from textwrap import dedent

import pytest
from rewrite_python_places import PATH, call, edited, function, handler, refusal

from codemod.operations import AddCleanup, AppendStatements, RemoveHandler, SetCallKeyword, SuppressTeardown


def without(text: str, *numbers: int) -> str:
    return edited(text, *(RemoveHandler(PATH, handler(text, number)) for number in numbers))


HANDLERS = {
    "finally stays": (
        """
        try:  # c
            a()
            # own
        except E as e:  # gone
            b()
        finally:
            c()
        """,
        """
        try:  # c
            a()
            # own
        finally:
            c()
        """,
    ),
    "another handler stays": (
        """
        try:
            a()
        except E:
            b()
        # why
        except (F, G): c()
        else:
            d()
        """,
        """
        try:
            a()
        # why
        except (F, G): c()
        else:
            d()
        """,
    ),
    "unwrapped": (
        """
        # before
        try:  # head
            # own
            a()  # one

            if b:
                c(
                    1,
                )
            # last
        # about the handler
        except E:
            pass

        # after
        d()
        """,
        """
        # before
        # head
        # own
        a()  # one

        if b:
            c(
                1,
            )
        # last

        # after
        d()
        """,
    ),
    "unwrapped in a function": (
        """
        async def f():
            yield e
            try:
                await e.close()
                # closing
            except RuntimeError:
                pass
            # end

        x = 1
        """,
        """
        async def f():
            yield e
            await e.close()
            # closing
            # end

        x = 1
        """,
    ),
    "unwrapped with else": (
        """
        if z:
            try:
                a()
                # mid
            except E:
                b()
            # why else
            else:  # head
                c()
                # foot
            d()
        """,
        """
        if z:
            a()
            # mid
            # why else
            # head
            c()
            # foot
            d()
        """,
    ),
    "else and finally": (
        """
        try:  # head
            a()
        except E:
            b()
        else:
            c()
        finally:
            d()
        """,
        """
        try:  # head
            a()
            c()
        finally:
            d()
        """,
    ),
    "one-line": ("try: a(); b()  # c\nexcept E: pass\nx = 1\n", "a(); b()  # c\nx = 1\n"),
    "strings keep their lines": (
        'try:\n    a("""\n    x\n""")\nexcept E:\n    pass\n',
        'a("""\n    x\n""")\n',
    ),
    "tabs": ("if a:\n\ttry:\n\t\tb()\n\texcept E:\n\t\tpass\n\tc()\n", "if a:\n\tb()\n\tc()\n"),
    "no final newline": ("try:\n    a()\nexcept E:\n    pass", "a()"),
    "except star": ("try:\n    a()\nexcept* E:\n    b()\nfinally:\n    c()\n", "try:\n    a()\nfinally:\n    c()\n"),
    "semicolon": ("try:\n    a()\nexcept E:\n    pass;\nb()\n", "a()\nb()\n"),
}


@pytest.mark.parametrize("case", HANDLERS)
def test_a_handler_goes_and_the_rest_stays(case: str) -> None:
    before, after = (dedent(text).lstrip("\n") for text in HANDLERS[case])
    assert without(before, 0) == after


def test_several_handlers_go_together() -> None:
    text = "try:\n    a()\nexcept E:\n    b()\nexcept F:\n    c()\n"
    assert without(text, 0, 1) == without(text, 1, 0) == "a()\n"
    assert without(text, 1) == "try:\n    a()\nexcept E:\n    b()\n"


def test_a_try_in_a_try_goes_with_its_edits_inside() -> None:
    text = "try:\n    try:\n        f()\n    except E:\n        pass\nexcept F:\n    pass\ng()\n"
    operations = (
        RemoveHandler(PATH, handler(text, 0)),
        RemoveHandler(PATH, handler(text, 1)),
        SetCallKeyword(PATH, call(text, "f"), "k", "1"),
    )
    assert edited(text, *operations) == "f(k=1)\ng()\n"
    assert edited(text, operations[0]) == "try:\n    f()\nexcept F:\n    pass\ng()\n"


def test_two_tries_in_one_block_go() -> None:
    block = "    try:\n        a()\n    except E:\n        pass\n"
    text = f"def f():\n{block}    # mid\n{block}"
    assert without(text, 0, 1) == "def f():\n    a()\n    # mid\n    a()\n"


def test_a_handler_that_is_not_there_is_refused() -> None:
    text = "try:\n    a()\nexcept E:\n    pass\n"
    assert "no except clause" in refusal(text.replace("a()", "a()\n    b()"), RemoveHandler(PATH, handler(text)))


# --- appended statements ------------------------------------------------------------------------------------------

APPENDS = {
    "at the end": (
        "async def f(s):\n    a()  # c\n\n    # end\n\nx = 1\n",
        "async def f(s):\n    a()  # c\n\n    # end\n    await s.close()\n\nx = 1\n",
    ),
    "after a block": (
        "async def f(s):\n    if a:\n        b()\n",
        "async def f(s):\n    if a:\n        b()\n    await s.close()\n",
    ),
    "one line": ("async def f(s): a(); b()  # c\n", "async def f(s):\n    a(); b()  # c\n    await s.close()\n"),
    "no final newline": ("async def f(s):\n  a()", "async def f(s):\n  a()\n  await s.close()"),
    "only a docstring": ('async def f(s):\n    "D."\n', 'async def f(s):\n    "D."\n    await s.close()\n'),
}


@pytest.mark.parametrize("case", APPENDS)
def test_statements_are_appended_once(case: str) -> None:
    before, after = APPENDS[case]
    assert edited(before, AppendStatements(PATH, function(before), ("await s.close()",))) == after
    assert edited(after, AppendStatements(PATH, function(after), ("await s.close()",))) == after


@pytest.mark.parametrize("last", ["return s", "raise E", "a(); return"])
def test_statements_that_would_not_run_are_refused(last: str) -> None:
    text = f"async def f(s):\n    {last}\n"
    assert "leaves the function" in refusal(text, AppendStatements(PATH, function(text), ("await s.close()",)))


# --- wrapped teardown ---------------------------------------------------------------------------------------------

WRAPS = {
    "after the yield": (
        """
        async def f(e):
            yield e

            # close
            await e.close()  # c
            log()
            # end

        x = 1
        """,
        """
        async def f(e):
            yield e

            # close
            try:
                await e.close()  # c
                log()
            except RuntimeError as error:
                if "Event loop is closed" not in str(error):
                    raise
            # end

        x = 1
        """,
    ),
    "in a block": (
        """
        async def f(error):
            async with error as e:
                yield e
                await e.close()
            log()
        """,
        """
        async def f(error):
            async with error as e:
                yield e
                try:
                    await e.close()
                except RuntimeError as error_1:
                    if "Event loop is closed" not in str(error_1):
                        raise
            log()
        """,
    ),
    "in finally": (
        """
        async def f(e):
            try:
                yield e
            finally:
                await e.close()
        """,
        """
        async def f(e):
            try:
                yield e
            finally:
                try:
                    await e.close()
                except RuntimeError as error:
                    if "Event loop is closed" not in str(error):
                        raise
        """,
    ),
}


@pytest.mark.parametrize("case", WRAPS)
def test_the_teardown_is_wrapped_once(case: str) -> None:
    before, after = (dedent(text) for text in WRAPS[case])
    assert edited(before, SuppressTeardown(PATH, function(before))) == after
    assert edited(after, SuppressTeardown(PATH, function(after))) == after


def test_quotes_and_indentation_of_the_wrapping_follow_the_file() -> None:
    text = "x = 'a'\nasync def f(e):\n\tyield e\n\tawait e.close()\n"
    expected = (
        "x = 'a'\nasync def f(e):\n\tyield e\n\ttry:\n\t\tawait e.close()\n\texcept RuntimeError as error:\n"
        "\t\tif 'Event loop is closed' not in str(error):\n\t\t\traise\n"
    )
    assert edited(text, SuppressTeardown(PATH, function(text))) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("yield e", "nothing follows"),
        ("async with e:\n        yield e\n    log()", "nothing follows"),
        ("return e", "no yield"),
        ("for e in f:\n        yield e\n        log()", "inside a loop"),
        ("yield e; log()", "shares a line"),
    ],
)
def test_a_teardown_that_cannot_be_found_is_refused(body: str, reason: str) -> None:
    text = f"async def f(e):\n    {body}\n"
    assert reason in refusal(text, SuppressTeardown(PATH, function(text)))


def test_cleanup_comes_before_the_wrapping() -> None:
    text = "async def f():\n    return e\n"
    operations = (
        SuppressTeardown(PATH, function(text)),
        AddCleanup(PATH, function(text), "e", ("await {value}.close()",)),
    )
    after = edited(text, *operations)
    assert after.startswith("async def f():\n    yield e\n    try:\n        await e.close()\n    except RuntimeError")
