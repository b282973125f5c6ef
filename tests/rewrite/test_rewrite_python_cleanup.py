"""AddCleanup: a fixture yields its value and cleans up, or says why it cannot."""

from __future__ import annotations

from textwrap import dedent

import pytest
from rewrite_python_places import PATH, call, edited, function, refusal

from codemod.operations import AddCleanup, SetCallKeyword

DISPOSE = ("await {value}.dispose()",)


def cleanup(
    text: str, statements: tuple[str, ...] = DISPOSE, *, variable: str = "engine", make_async: bool = False
) -> AddCleanup:
    return AddCleanup(PATH, function(text), variable, statements, make_async)


CHANGES = {
    "return of a name": (
        """
        async def engine():
            engine = create()
            return engine
        """,
        """
        async def engine():
            engine = create()
            yield engine
            await engine.dispose()
        """,
    ),
    "return of a call": (
        """
        async def engine():
            return create(URL)
        """,
        """
        async def engine():
            engine = create(URL)
            yield engine
            await engine.dispose()
        """,
    ),
    "return of await": (
        """
        @pytest_asyncio.fixture
        async def conn(self):
            "Connect."

            # the connection
            return await asyncpg.connect(  # why
                DSN,
            )  # kept
        """,
        """
        @pytest_asyncio.fixture
        async def conn(self):
            "Connect."

            # the connection
            engine = await asyncpg.connect(  # why
                DSN,
            )  # kept
            yield engine
            await engine.dispose()
        """,
    ),
    "return in parentheses": (
        """
        async def engine():
            return(create())
        """,
        """
        async def engine():
            engine = (create())
            yield engine
            await engine.dispose()
        """,
    ),
    "return of a name in parentheses, comment and semicolon": (
        """
        async def engine():
            e = create(); return (e);  # kept
        """,
        """
        async def engine():
            e = create(); yield (e);  # kept
            await e.dispose()
        """,
    ),
    "one-line function": (
        """
        async def engine(): return create()  # kept
        x = 1
        """,
        """
        async def engine():
            engine = create()  # kept
            yield engine
            await engine.dispose()
        x = 1
        """,
    ),
    "comments after the return": (
        """
        async def engine(e):
            return e
            # closing remark

        # next
        x = 1
        """,
        """
        async def engine(e):
            yield e
            # closing remark
            await e.dispose()

        # next
        x = 1
        """,
    ),
    "used name": (
        """
        async def f(engine):
            engine_1 = 2
            return engine.connect()
        """,
        """
        async def f(engine):
            engine_1 = 2
            engine_2 = engine.connect()
            yield engine_2
            await engine_2.dispose()
        """,
    ),
    "name used by a nested function": (
        """
        async def f():
            def g(engine): ...
            return make(g)
        """,
        """
        async def f():
            def g(engine): ...
            engine_1 = make(g)
            yield engine_1
            await engine_1.dispose()
        """,
    ),
    "returns of nested scopes do not count": (
        """
        async def f():
            def g():
                yield 1
                return 2
            return g
        """,
        """
        async def f():
            def g():
                yield 1
                return 2
            yield g
            await g.dispose()
        """,
    ),
    "yield last": (
        """
        async def f():
            yield e  # kept
        """,
        """
        async def f():
            yield e  # kept
            await e.dispose()
        """,
    ),
    "yield before other teardown": (
        """
        async def f(e):
            yield e

            await drop(e)

            # done

        y = 1
        """,
        """
        async def f(e):
            yield e

            await drop(e)

            # done
            await e.dispose()

        y = 1
        """,
    ),
    "yield of an expression": (
        """
        async def f():
            # a new one
            yield create()  # kept
            log()
        """,
        """
        async def f():
            # a new one
            engine = create()  # kept
            yield engine
            log()
            await engine.dispose()
        """,
    ),
    "yield in async with": (
        """
        async def f(pool):
            async with pool.acquire() as c:
                with x: yield c
            log()
        """,
        """
        async def f(pool):
            async with pool.acquire() as c:
                with x:
                    yield c
                    await c.dispose()
            log()
        """,
    ),
    "yield in try with finally": (
        """
        async def f():
            e = create()
            try:
                yield e
            finally:
                await drop(e)
        """,
        """
        async def f():
            e = create()
            try:
                yield e
            finally:
                await drop(e)
                await e.dispose()
        """,
    ),
    "yield in try with one-line finally": (
        """
        async def f(e):
            try: yield e
            finally: log()
        """,
        """
        async def f(e):
            try:
                yield e
            finally:
                log()
                await e.dispose()
        """,
    ),
    "yield in try without finally": (
        """
        async def f(e):
            try:
                yield e
            except ValueError:
                log()
        """,
        """
        async def f(e):
            try:
                yield e
                await e.dispose()
            except ValueError:
                log()
        """,
    ),
    "tabs": ("async def f():\n\tif a:\n\t\tlog()\n\treturn g()\n", None),
    "two spaces": ("async def f():\n  return g()\n", None),
}
CHANGES["tabs"] = (
    CHANGES["tabs"][0],
    "async def f():\n\tif a:\n\t\tlog()\n\tengine = g()\n\tyield engine\n\tawait engine.dispose()\n",
)
CHANGES["two spaces"] = (
    CHANGES["two spaces"][0],
    "async def f():\n  engine = g()\n  yield engine\n  await engine.dispose()\n",
)


@pytest.mark.parametrize("case", CHANGES)
def test_the_fixture_yields_and_cleans_up(case: str) -> None:
    before, after = (dedent(text or "") for text in CHANGES[case])
    assert edited(before, cleanup(before)) == after
    assert edited(after, cleanup(after)) == after


REFUSALS = {
    "two returns": ("if a:\n        return b\n    return c", "returns in more than one place"),
    "return inside with": ("async with a as b:\n        return b", "not its last statement"),
    "return and yield": ("if a:\n        return\n    yield b", "returns as well as yields"),
    "two yields": ("yield a\n    yield b", "yields in more than one place"),
    "yield in a branch": ("if a:\n        yield b", "inside an if statement"),
    "yield in a loop": ("async for b in c:\n        yield b", "inside a loop"),
    "yield in except": ("try:\n        a()\n    except E:\n        yield b", "inside an except clause"),
    "yield in finally": ("try:\n        a()\n    finally:\n        yield b", "inside a finally clause"),
    "yield in try's else": (
        "try:\n        a()\n    except E: pass\n    else:\n        yield b",
        "inside an else clause",
    ),
    "yield in match": ("match a:\n        case 1:\n            yield b", "inside a match statement"),
    "yield as a value": ("x = yield b", "part of a larger expression"),
    "yield in a call": ("f((yield b))", "part of a larger expression"),
    "value made inside the try": (
        "try:\n        b = await make()\n        yield b\n    finally:\n        log()",
        "made inside the try",
    ),
    "expression inside the try": ("try:\n        yield make()\n    finally:\n        log()", "made inside the try"),
    "value bound by with inside the try": (
        "try:\n        with a as c: pass\n        yield c\n    finally:\n        log()",
        "made inside the try",
    ),
    "else after the yield": (
        "try:\n        yield b\n    except E: pass\n    else: log()",
        "else clause that runs after",
    ),
    "shared line": ("yield make(); log()", "shares a line"),
    "no value": ("log()", "gives no value"),
    "bare return": ("return", "gives no value"),
    "bare yield": ("yield", "gives no value"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_fixture_whose_exit_is_not_certain_is_refused(case: str) -> None:
    body, reason = REFUSALS[case]
    text = f"async def f():\n    {body}\n"
    assert reason in refusal(text, cleanup(text))


def test_a_sync_generator_that_delegates_is_refused() -> None:
    text = "def f():\n    yield from g()\n"
    assert "delegates" in refusal(text, cleanup(text, make_async=True))


def test_a_function_that_never_returns_is_refused() -> None:
    text = "def f():\n    raise E\n"
    assert "never returns" in refusal(text, cleanup(text, ("log()",)))


def test_a_place_without_function_is_refused() -> None:
    text = "async def f():\n    return a\n"
    operation = AddCleanup(PATH, function("\n" + text), "e", DISPOSE)
    assert "there is no function" in refusal(text, operation)


ALREADY = {
    "in place": "async def f(e):\n    yield e\n    await e.dispose()\n",
    "with more around it": "async def f(e):\n    yield e\n    log()\n    await e.dispose()\n    log()\n",
    "in finally": "async def f():\n    e = g()\n    try:\n        yield e\n    finally:\n        await e.dispose()\n",
    "under a condition": "async def f(e):\n    yield e\n    if e is not None: await e.dispose()  # c\n",
    "one line": "async def f(e): yield e; await e.dispose()\n",
}


@pytest.mark.parametrize("case", ALREADY)
def test_a_cleanup_that_is_there_is_no_change(case: str) -> None:
    text = ALREADY[case]
    assert edited(text, cleanup(text)) == text


def test_the_same_statement_before_the_yield_does_not_count() -> None:
    text = "async def f(e):\n    await e.dispose()\n    yield e\n"
    assert edited(text, cleanup(text)) == text + "    await e.dispose()\n"


def test_statements_that_do_not_name_the_value_need_no_variable() -> None:
    text = "async def f():\n    return create(), 1\n"
    assert edited(text, cleanup(text, ("await engine.dispose()",))) == (
        "async def f():\n    yield create(), 1\n    await engine.dispose()\n"
    )
    text = "async def f():\n    await setup()\n"
    assert edited(text, cleanup(text, ("await engine.dispose()",))) == text + "    yield\n    await engine.dispose()\n"
    text = "async def f():\n    return\n"
    expected = "async def f():\n    yield\n    await engine.dispose()\n"
    assert edited(text, cleanup(text, ("await engine.dispose()",))) == expected


def test_statements_with_blocks_and_braces_are_taken_as_they_are() -> None:
    text = "x = 'a'\nasync def f():\n\treturn e\n"
    lines = ("if {value}:", "    await {value}.close({'a': \"b\"})")
    assert edited(text, cleanup(text, lines)) == (
        "x = 'a'\nasync def f():\n\tyield e\n\tif e:\n\t\tawait e.close({'a': 'b'})\n"
    )


def test_statements_that_are_not_python_are_refused() -> None:
    text = "async def f():\n    return e\n"
    assert "no valid Python" in refusal(text, cleanup(text, ("await (",)))


def test_await_needs_an_async_function() -> None:
    text = "def f():\n    return e\n"
    assert "would not compile" in refusal(text, cleanup(text))
    assert edited(text, cleanup(text, make_async=True)) == "async def f():\n    yield e\n    await e.dispose()\n"


def test_making_async_keeps_decorators_comments_and_methods() -> None:
    text = "class A:\n    # c\n    @fixture\n    # d\n    def  f(self): # e\n        yield e\n"
    expected = (
        "class A:\n    # c\n    @fixture\n    # d\n    async def  f(self): # e\n        yield e\n"
        "        await e.dispose()\n"
    )
    assert edited(text, cleanup(text, make_async=True)) == expected
    assert edited(expected, cleanup(expected, make_async=True)) == expected


def test_the_call_inside_and_the_decorator_change_along() -> None:
    text = "@fixture\nasync def f():\n    return create(URL)\n"
    operations = (
        SetCallKeyword(PATH, call(text, "create"), "echo", "True"),
        cleanup(text),
        SetCallKeyword(PATH, call(text, "fixture"), "scope", '"module"'),
    )
    assert edited(text, *operations) == (
        '@fixture(scope="module")\nasync def f():\n'
        "    engine = create(URL, echo=True)\n    yield engine\n    await engine.dispose()\n"
    )


ABC_ASYNC = "from collections.abc import AsyncIterator\n\n\n"
ANNOTATIONS = {
    "returned value": ("async def f() -> E:\n    return e\n", ABC_ASYNC + "async def f() -> AsyncIterator[E]:\n"),
    "string": ('async def f() -> "E":\n    return e\n', ABC_ASYNC + 'async def f() -> AsyncIterator["E"]:\n'),
    "union": (
        "async def f() -> E | None:\n    return e\n",
        ABC_ASYNC + "async def f() -> AsyncIterator[E | None]:\n",
    ),
    "known already": (
        "from typing import AsyncIterator\nasync def f() -> E:\n    return e\n",
        "from typing import AsyncIterator\nasync def f() -> AsyncIterator[E]:\n",
    ),
    "import extended": (
        "from collections.abc import Callable\nasync def f() -> E:\n    return e\n",
        "from collections.abc import AsyncIterator, Callable\nasync def f() -> AsyncIterator[E]:\n",
    ),
    "sync generator": (
        "from typing import Generator\ndef f() -> Generator[E, None, None]:\n    yield e\n",
        "from typing import AsyncGenerator\nasync def f() -> AsyncGenerator[E, None]:\n",
    ),
    "sync generator still used": (
        "from typing import Generator\nx: Generator\ndef f() -> Generator[E, None, None]:\n    yield e\n",
        "from typing import AsyncGenerator, Generator\nx: Generator\nasync def f() -> AsyncGenerator[E, None]:\n",
    ),
    "sync iterator": (
        "from collections.abc import Iterator\ndef f() -> Iterator[E]:\n    yield e\n",
        "from collections.abc import AsyncIterator\nasync def f() -> AsyncIterator[E]:\n",
    ),
    "dotted": (
        "import typing as t\ndef f() -> t.Generator[E, None, None]:\n    yield e\n",
        "import typing as t\nasync def f() -> t.AsyncGenerator[E, None]:\n",
    ),
    "bare": (
        "import typing\ndef f() -> typing.Iterator:\n    yield e\n",
        "import typing\nasync def f() -> typing.AsyncIterator:\n",
    ),
    "async generator stays": (
        "async def f() -> AsyncGenerator[E, None]:\n    yield e\n",
        "async def f() -> AsyncGenerator[E, None]:\n",
    ),
    "known for type checking": (
        "from __future__ import annotations\nif TYPE_CHECKING:\n    from typing import AsyncIterator\n"
        "async def f() -> E:\n    return e\n",
        "from __future__ import annotations\nif TYPE_CHECKING:\n    from typing import AsyncIterator\n"
        "async def f() -> AsyncIterator[E]:\n",
    ),
    "known for type checking, but evaluated": (
        "import os\nif TYPE_CHECKING:\n    from typing import AsyncIterator\nasync def f() -> E:\n    return e\n",
        "import os\nfrom collections.abc import AsyncIterator\n"
        "if TYPE_CHECKING:\n    from typing import AsyncIterator\n"
        "async def f() -> AsyncIterator[E]:\n",
    ),
    "known in another function only": (
        "import os\nasync def f() -> E:\n    return e\ndef g():\n    from typing import AsyncIterator\n",
        "import os\nfrom collections.abc import AsyncIterator\nasync def f() -> AsyncIterator[E]:\n",
    ),
    "another type stays": ("def f() -> E:\n    yield e\n", "async def f() -> E:\n"),
    "another module's Iterator stays": (
        "from mine import Iterator\ndef f() -> Iterator[E]:\n    yield e\n",
        "from mine import Iterator\nasync def f() -> Iterator[E]:\n",
    ),
}


@pytest.mark.parametrize("case", ANNOTATIONS)
def test_return_annotations_stay_true(case: str) -> None:
    before, after = ANNOTATIONS[case]
    after += "    yield e\n    await e.dispose()\n" + before.partition("return e\n")[2]
    assert edited(before, cleanup(before, make_async=True)) == after
    assert edited(after, cleanup(after, make_async=True)) == after


def test_a_sync_fixture_becomes_an_iterator() -> None:
    text = "import os\n\ndef f() -> E:\n    return e\n"
    assert edited(text, cleanup(text, ("{value}.close()",))) == (
        "import os\nfrom collections.abc import Iterator\n\ndef f() -> Iterator[E]:\n    yield e\n    e.close()\n"
    )


def test_an_annotation_whose_name_is_taken_is_refused() -> None:
    text = "AsyncIterator = 1\nasync def f() -> E:\n    return e\n"
    assert "AsyncIterator means something else" in refusal(text, cleanup(text))
