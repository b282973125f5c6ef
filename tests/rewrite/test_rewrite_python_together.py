"""Many operations on one function, and trees that are exactly the old ones changed, in files of every kind."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent

import pytest
from rewrite_python_places import PATH, call, edited, expression, function, refusal, source_of, statement

from codemod.operations import (
    AddParameter,
    AppendStatements,
    DeleteDefinition,
    DropImportIfUnused,
    EnsureImport,
    MakeAsync,
    PrependStatements,
    PythonOperation,
    RemoveArguments,
    RemoveDecorator,
    RemoveParameter,
    RemoveStatement,
    RenameFunction,
    ReplaceDefinition,
    ReplaceExpression,
    SetCallKeyword,
    Span,
)
from codemod.rewrite.python import rewrite

SUITE = dedent('''\
    import asyncio
    import pytest


    # the loop
    @pytest.fixture(scope="session")
    def event_loop():
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()


    class TestA:
        # above
        @pytest.mark.asyncio("x")  # mark
        # between
        @pytest.fixture(scope="session")
        def db(
            self, event_loop, other=1
        ) -> "T":  # head
            """D."""
            # why
            loop = event_loop; connection = loop.run_until_complete(connect())
            yield connection
            loop.run_until_complete(connection.close())

        def test_b(self, db): assert db  # t
    ''')
DB = function(SUITE, "db")
ON_DB = [
    RemoveDecorator(PATH, call(SUITE, "pytest.mark.asyncio")),
    SetCallKeyword(PATH, call(SUITE, "pytest.fixture", 1), "loop_scope", '"session"'),
    RemoveParameter(PATH, DB, "event_loop"),
    AddParameter(PATH, DB, "request"),
    MakeAsync(PATH, DB),
    RenameFunction(PATH, DB, "database"),
    PrependStatements(PATH, DB, ("check()",)),
    AppendStatements(PATH, DB, ("done()",)),
    RemoveStatement(PATH, statement(SUITE, "loop = event_loop")),
    ReplaceExpression(PATH, expression(SUITE, "loop.run_until_complete(connect())"), "await connect()"),
    ReplaceExpression(
        PATH, expression(SUITE, "loop.run_until_complete(connection.close())"), "await connection.close()"
    ),
]
ON_FILE = [
    DeleteDefinition(PATH, function(SUITE, "event_loop")),
    DropImportIfUnused(PATH, "asyncio"),
    EnsureImport(PATH, "pytest_asyncio"),
]
EXPECTED = dedent('''\
    import pytest
    import pytest_asyncio


    class TestA:
        # above
        # between
        @pytest.fixture(scope="session", loop_scope="session")
        async def database(
            self, other=1, *, request
        ) -> "T":  # head
            """D."""
            check()
            # why
            connection = await connect()
            yield connection
            await connection.close()
            done()

        def test_b(self, db): assert db  # t
    ''')


@pytest.mark.parametrize("turn", range(0, len(ON_DB) + len(ON_FILE), 3))
def test_operations_on_one_function_combine_in_any_order(turn: int) -> None:
    operations = [*ON_DB, *ON_FILE]
    assert edited(SUITE, *operations[turn:], *operations[:turn]) == EXPECTED
    assert edited(SUITE, *reversed(operations)) == EXPECTED


@pytest.mark.parametrize("left_out", [each for each in ON_DB if not isinstance(each, MakeAsync)])
def test_no_operation_is_lost_among_the_others(left_out: PythonOperation) -> None:
    others = [each for each in ON_DB if each != left_out]
    assert edited(SUITE, *others) != edited(SUITE, *ON_DB)


def test_what_needs_an_operation_is_refused_without_it() -> None:
    others = [each for each in ON_DB if not isinstance(each, MakeAsync)]
    assert "would not compile" in refusal(SUITE, *others)


@pytest.mark.parametrize("wrong", range(len(ON_DB)))
def test_one_wrong_place_refuses_them_all(wrong: int) -> None:
    place = ON_DB[wrong].span  # type: ignore[union-attr]
    beyond = replace(place, line=place.line + 40, end_line=place.end_line + 40)
    moved = [replace(each, span=beyond) if each is ON_DB[wrong] else each for each in ON_DB]
    assert "at this place" in refusal(SUITE, *moved, *ON_FILE)


def test_one_refusal_refuses_them_all() -> None:
    assert "it has no parameter y" in refusal(SUITE, *ON_DB, RemoveParameter(PATH, DB, "y"))
    assert "changed by another operation" in refusal(SUITE, *ON_DB, ReplaceDefinition(PATH, DB, "def f(): pass\n"))


# --- trees -----------------------------------------------------------------------------------------------------------

SOURCES: dict[str, str] = {
    "plain": "@m.a(1)\ndef f(a, x):\n    g(x)\n    return x\n\n\nb\n",
    "tabs": "class A:\n\tclass B:\n\t\t@m.a(1)\n\t\tdef f(a, x):\n\t\t\tg(x)\n\t\t\treturn x\n\tb\n",
    "byte-order mark": "\ufeff@m.a(1)\ndef f(a, x): g(x); return x\nb\n",
    "form feed": "b\n\x0c\n@m.a(1)\ndef f(a, x):\n    g(x)\n\x0c\n    return x\n",
    "not ASCII": "é = 'ü😀'; b\n@m.a(1)\ndef f(a, x='é😀'): 'é😀'; g(x); return x\n",
    "comments": "# 1\n\n# 2\n@m.a(1)  # 3\n# 4\ndef f(  # 5\n    a,  # 6\n    x  # 7\n):  # 8\n    # 9\n"
    "    g(x)  # 10\n    # 11\n    return x  # 12\n    # 13\n# 14\n",
    "semicolons": "@m.a(1)\ndef f(a, x): g(x); return x;\nb; b;\n",
    "nested": "def b():\n    if b:\n        @m.a(1)\n        async def f(a, /, x):\n            try: g(x)\n"
    "            finally:\n                return x\n    return b\n",
    "no newline at the end": "@m.a(1)\ndef f(a, *, x):\n    with b: g(x)\n    return x",
    "docstring": '@m.a(1)\ndef f(x, *a):\n    """D."""\n    for b in b:\n        g(x)\n    else:\n        return x\n',
}


def _function(tree: ast.Module) -> ast.FunctionDef:
    return next(node for node in ast.walk(tree) if getattr(node, "name", "") == "f")  # type: ignore[return-value]


def _blocks(tree: ast.Module) -> list[list[ast.stmt]]:
    blocks = [getattr(node, field, None) for node in ast.walk(tree) for field in ("body", "orelse", "finalbody")]
    return [block for block in blocks if isinstance(block, list)]


def _without(tree: ast.Module, gone: Callable[[ast.stmt], bool]) -> None:
    for block in _blocks(tree):
        kept = [node for node in block if not gone(node)]
        if len(kept) < len(block):
            block[:] = kept or ([] if block is tree.body else [ast.Pass()])


def _parameter_goes(tree: ast.Module) -> None:
    arguments = _function(tree).args
    if any(each.arg == "x" for each in arguments.args) and arguments.defaults:
        arguments.defaults.pop()
    arguments.args = [each for each in arguments.args if each.arg != "x"]
    arguments.kw_defaults = [] if arguments.kwonlyargs else arguments.kw_defaults
    arguments.kwonlyargs = []


def _parameter_comes(tree: ast.Module) -> None:
    arguments = _function(tree).args
    if arguments.defaults or arguments.kwonlyargs or arguments.vararg:
        arguments.kwonlyargs.append(ast.arg("new"))
        arguments.kw_defaults.append(None)
    else:
        arguments.args.append(ast.arg("new"))


def _first(tree: ast.Module) -> None:
    body = _function(tree).body
    body.insert(int(ast.get_docstring(_function(tree)) is not None), ast.parse("new()").body[0])


def _replaced(tree: ast.Module) -> None:
    old = _function(tree)
    for block in _blocks(tree):
        block[:] = [NEW if node is old else node for node in block]


def returned(text: str) -> Span:
    place = statement(text, "return x")
    return replace(place, column=place.column + len("return "))


NEW = ast.parse("@q\nasync def new(): return 'x'").body[0]
Change = tuple[Callable[[str], PythonOperation], Callable[[ast.Module], object]]
CHANGES: dict[str, Change] = {
    "parameter goes": (lambda t: RemoveParameter(PATH, function(t, "f"), "x"), _parameter_goes),
    "parameter comes": (lambda t: AddParameter(PATH, function(t, "f"), "new"), _parameter_comes),
    "statement first": (lambda t: PrependStatements(PATH, function(t, "f"), ("new()",)), _first),
    "definition goes": (
        lambda t: DeleteDefinition(PATH, function(t, "f")),
        lambda tree: _without(tree, lambda node: getattr(node, "name", "") == "f"),
    ),
    "definition replaced": (lambda t: ReplaceDefinition(PATH, function(t, "f"), ast.unparse(NEW)), _replaced),
    "renamed": (
        lambda t: RenameFunction(PATH, function(t, "f"), "h"),
        lambda tree: setattr(_function(tree), "name", "h"),
    ),
    "decorator goes": (
        lambda t: RemoveDecorator(PATH, expression(t, "m.a(1)")),
        lambda tree: _function(tree).decorator_list.clear(),
    ),
    "arguments go": (
        lambda t: RemoveArguments(PATH, call(t, "m.a")),
        lambda tree: setattr(_function(tree), "decorator_list", [ast.parse("m.a", mode="eval").body]),
    ),
    "statement goes": (
        lambda t: RemoveStatement(PATH, statement(t, "g(x)")),
        lambda tree: _without(tree, lambda node: ast.unparse(node) == "g(x)"),
    ),
    "return goes": (
        lambda t: RemoveStatement(PATH, statement(t, "return x")),
        lambda tree: _without(tree, lambda node: ast.unparse(node) == "return x"),
    ),
    "return left bare": (
        lambda t: ReplaceExpression(PATH, returned(t), ""),
        lambda tree: [setattr(n, "value", None) for n in ast.walk(tree) if ast.unparse(n) == "return x"],
    ),
    "expression replaced": (
        lambda t: ReplaceExpression(PATH, expression(t, "g(x)"), "p if q else r"),
        lambda tree: [
            setattr(n, "value", ast.parse("p if q else r", mode="eval").body)
            for n in ast.walk(tree)
            if isinstance(n, ast.Expr) and ast.unparse(n) == "g(x)"
        ],
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("source", SOURCES)
def test_the_tree_is_the_old_one_changed(source: str, change: str, newline: str) -> None:
    text = SOURCES[source].replace("\n", newline)
    operation, expected = CHANGES[change]
    tree = ast.parse(source_of(text))
    expected(tree)
    result = rewrite(PATH, source_of(text), [operation(text)])
    assert ast.dump(ast.parse(result)) == ast.dump(ast.parse(ast.unparse(tree)))
    assert result != source_of(text)
    assert result.startswith(b"\xef\xbb\xbf") == text.startswith("\ufeff")
    assert (b"\r" in result) == (newline == "\r\n" and b"\n" in result)
    assert b"\n" not in result.replace(newline.encode(), b"")
    assert set(_comments(result.decode())) <= set(_comments(text))


def _comments(text: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_around_the_function_stays_byte_for_byte(change: str) -> None:
    before, after = "x  =  (1,\t2 )  ;y\n\n\n\n# own\n\n\n", "\n\n\n# next\nz ( ) ;\n   # odd\n"
    text = before + SOURCES["plain"].removesuffix("\n\n\nb\n") + after
    result = edited(text, CHANGES[change][0](text))
    assert result.startswith(before.rstrip("\n") if change == "definition goes" else before)
    assert result.endswith(after)
