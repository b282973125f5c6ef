"""Whole files: bytes that stay, places that agree with `ast`, refused files, and the dispatch on the suffix."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from rewrite_python_places import PATH, call, edited, function, handler, nodes, refusal, source_of, span_of

from codemod.errors import FileError, RewriteError
from codemod.operations import (
    AddCleanup,
    AppendStatements,
    EnsureImport,
    InsertDefinition,
    Operation,
    RemoveCallKeyword,
    RemoveHandler,
    ReplaceCallee,
    SetCallKeyword,
    SetOption,
    SuppressTeardown,
)
from codemod.rewrite import rewrite_file
from codemod.rewrite.python import rewrite

# Every call gets a keyword, every function a statement, every handler goes: each place has to be found.
PLACES: dict[str, str | bytes] = {
    "byte-order mark": b"\xef\xbb\xbff(a)(b)\n@x.y\ndef f():\n  g((h)(2))\n",
    "form feed line": "f(a)\n\x0c\ndef f():\n    x = g(a)\n\x0c\n    y(1)\n",
    "crlf": "f(a)\r\ndef f():\r\n    g(\r\n    a,\r\n)\r\n",
    "mixed newlines": "f(a)\r\ng(b)\nx = '''a\r\nb\n'''; h(c)\r\n",
    "carriage returns": "f(a)\rg(b)\r\nh(c)\n",
    "tabs": "def f():\n\tx = {1:\tg(2)}\n\tg(a)\n",
    "latin-1": "# coding: latin-1\nx = 'é', f(a)\n".encode("latin-1"),
    "non-ASCII before": "x = 'é😀', f(a); g('é')\n",
    "line separators": "x = '\u2028 \x0b \x0c \x85', f(a)\ny(1)\n",
    "parentheses": "z = (f)(a)\nq=(f (a))\nw = ((f(1)) + (g(2)))\n",
    "decorators": "@f(1)\n# c\n@g(2)\nclass A:\n    @a.b(3)(4)\n    async  def m(self): h(5)\n",
    "nested calls": "a(1)(2)(3).b(4).c(d(e(5)))\n",
    "semicolons": "def f(): a(); b();\ndef g():\n    a();\ntry: a();\nexcept E: b();\nfinally: c();\n",
    "lines of semicolons": "a(1); b(2); x = c(3)\n",
    "continuations": "x = \\\n  f(a)\nif 1:\n  f(a) \\\n .b(c)\n",
    "defaults and annotations": "def f(a=b(1), *, c: d(2) = e(3)) -> g(4): h()\n",
    "statements of all kinds": "for a in b(1):\n    while c(2): d(3)\nelse:\n    with e(4) as f, g(5): h(6)\n",
    "comprehensions": "x = [a(1) for b in c(2) if d(3)]\ny = {e(4): f(5) for g in h()}\nz = lambda: i(6)\n",
    "handlers": "try:\n    a()\nexcept E as e:\n    b()\nexcept (A, B):\n    c()\n    # foot\nexcept: pass\n",
    "match": "match a(1):\n    case B(c=1) if d(2):\n        e(3)\n",
}
if sys.version_info >= (3, 12):
    PLACES["type parameters"] = "def f[T: (a, b)](x: T) -> T: g(1)\nclass C[T](d(2)): pass\ntype X[T] = e[T]\n"
    PLACES["f-strings"] = "x = f'{f(a)} {g(b)!r:>{w(3)}}'\n"


@pytest.mark.parametrize("case", PLACES)
def test_places_agree_with_ast(case: str) -> None:
    data = source_of(PLACES[case])
    calls = [SetCallKeyword(PATH, span_of(data, node), "k", "0") for node in nodes(data, ast.Call)]
    functions = nodes(data, ast.FunctionDef, ast.AsyncFunctionDef)
    appended = [AppendStatements(PATH, span_of(data, node), ("last()",)) for node in functions]
    handlers = [RemoveHandler(PATH, span_of(data, node)) for node in nodes(data, ast.ExceptHandler)]
    after = rewrite(PATH, data, [*calls, *appended, *handlers])
    tree = ast.parse(after)
    given = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and [k.arg for k in node.keywords] == ["k"]]
    gone = [
        node for clause in nodes(data, ast.ExceptHandler) for node in ast.walk(clause) if isinstance(node, ast.Call)
    ]
    assert len(given) == len(calls) - len(gone) > 0
    assert after.count(b"last()") == len(functions)
    assert not nodes(after, ast.ExceptHandler)


FORMATS: dict[str, tuple[str | bytes, str | bytes]] = {
    "crlf": (
        "import os\r\n\r\n\r\ndef f():\r\n    return g(\r\n        a,\r\n    )\r\n",
        "import os\r\n\r\nimport pytest_asyncio\r\n\r\n\r\ndef d():\r\n    pass\r\n\r\n\r\ndef f():\r\n    v = g(\r\n"
        "        a,\r\n        k=1,\r\n    )\r\n    yield v\r\n    v.close()\r\n",
    ),
    "byte-order mark and no final newline": (
        b"\xef\xbb\xbfimport os\n\n\ndef f():\n    return g(a)",
        b"\xef\xbb\xbfimport os\n\nimport pytest_asyncio\n\n\ndef d():\n    pass\n\n\ndef f():\n    v = g(a, k=1)\n"
        b"    yield v\n    v.close()",
    ),
    "latin-1": (
        "# coding: latin-1\nimport os\nx = 'é'\ndef f():\n    return g('é')\n".encode("latin-1"),
        "# coding: latin-1\nimport os\n\nimport pytest_asyncio\n\n\ndef d():\n    pass\n\n\nx = 'é'\ndef f():\n"
        "    v = g('é', k=1)\n    yield v\n    v.close()\n".encode("latin-1"),
    ),
    "mixed newlines, the first one is used": (
        b"import os\r\n\r\n\r\ndef f():\n    return g(a)\n",
        b"import os\r\n\r\nimport pytest_asyncio\r\n\r\n\r\ndef d():\r\n    pass\r\n\r\n\r\ndef f():\n"
        b"    v = g(a, k=1)\n    yield v\r\n    v.close()\r\n",
    ),
    "odd spaces and form feeds elsewhere": (
        b"import os\n\x0c\nx = [ 1,2 ,3 ]   \n\n\n\ndef f():\n    return g(a)\n\x0c\ny=( 1 )\\\n  + 2\n",
        b"import os\n\nimport pytest_asyncio\n\n\ndef d():\n    pass\n\n\x0c\nx = [ 1,2 ,3 ]   \n\n\n\ndef f():\n"
        b"    v = g(a, k=1)\n    yield v\n    v.close()\n\x0c\ny=( 1 )\\\n  + 2\n",
    ),
}


@pytest.mark.parametrize("case", FORMATS)
def test_newlines_encoding_and_the_end_of_the_file_are_kept(case: str) -> None:
    before, after = map(source_of, FORMATS[case])
    operations = (
        SetCallKeyword(PATH, call(before, "g"), "k", "1"),
        AddCleanup(PATH, function(before), "v", ("{value}.close()",)),
        EnsureImport(PATH, "pytest_asyncio"),
        InsertDefinition(PATH, "def d():\n    pass\n"),
    )
    assert rewrite(PATH, before, operations) == after


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# c", b"\xef\xbb\xbf", b"x = 1\r\n\r\n", "x = 'é'".encode()])
def test_no_operations_give_the_same_bytes(data: bytes) -> None:
    assert rewrite(PATH, data, ()) == data


def test_a_line_of_a_megabyte_is_edited() -> None:
    text = f"x = '{'a' * 1_000_000}', f()\n"
    assert edited(text, SetCallKeyword(PATH, call(text, "f"), "k", "1")).endswith("', f(k=1)\n")


UNREADABLE = {
    "broken": b"def f(:\n",
    "Python 2": b"print 'a'\n",
    "merge marker": b"<<<<<<< HEAD\nx = 1\n",
    "tabs and spaces": b"if a:\n\tb\n        c\n",
    "not UTF-8": b"x = '\xff'\n",
    "wrong coding line": b"# coding: utf-8\nx = '\xe9'\n",
    "unknown coding": b"# coding: nonsense\nx = 1\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "NUL": b"x = 1\x00\n",
    "coding against byte-order mark": b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_python_is_a_file_error(case: str) -> None:
    with pytest.raises(FileError) as caught:
        rewrite(PATH, UNREADABLE[case], [EnsureImport(PATH, "pytest")])
    assert caught.type is FileError
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"x = 1\r", b"\x0cx = 1\n", b"def f():\n    x\n\x0cy = 1\n"])
def test_a_file_that_cannot_be_reproduced_is_refused(data: bytes) -> None:
    assert "byte for byte" in refusal(data, EnsureImport(PATH, "pytest"))


DEEP = {
    "parentheses": "x = " + "(" * 2000 + "1" + ")" * 2000,
    "parentheses that compile": "x = " + "(" * 150 + "1" + ")" * 150,
    "lists": "x = " + "[" * 200 + "]" * 200,
    "calls": "x = " + "f(" * 2000 + ")" * 2000,
    "and": "x = " + " and ".join(["a"] * 10_000),
    "attributes": "x = a" + ".b" * 500,
    "chained calls": "x = a" + "()" * 500,
    "sums": "x = " + " + ".join(["a"] * 5000),
    "powers": "x = " + " ** ".join(["a"] * 1000),
    "strings": "x = (" + "\n".join(['"a"'] * 5000) + ")",
    "f-strings": "x = (" + "\n".join(['f"{a}"'] * 5000) + ")",
    "inside an f-string": "x = f'{" + " and ".join(["a"] * 5000) + "}'",
    "nots": "x = " + "not " * 1000 + "a",
    "minus signs": "x = " + "-" * 10_000 + "a",
    "lambdas": "x = " + "lambda: " * 1000 + "a",
    "conditionals": "x = " + "a if b else " * 1000 + "c",
    "generators": "x = [a" + " for a in b" * 1000 + "]",
    "elif": "if a:\n  b\n" + "elif c:\n  d\n" * 10_000,
    "sequence patterns": "match a:\n  case " + "[" * 30 + "b" + "]" * 30 + ": pass",
    "mapping patterns": "match a:\n  case " + "{1: " * 14 + "b" + "}" * 14 + ": pass",
    "patterns in parentheses": "match a:\n  # c\n\n  case " + "(" * 30 + "b" + ")" * 30 + ": pass",
}


@pytest.mark.parametrize("case", DEEP)
def test_deep_nesting_is_refused(case: str) -> None:
    assert refusal(DEEP[case] + "\n", EnsureImport(PATH, "pytest")) == "RewriteError: too deeply nested to edit"


def test_wide_is_not_deep() -> None:
    wide = [
        "x = [" + "[1], " * 2000 + "]",
        "f(" + "a, " * 2000 + ")",
        "y = " + " < ".join(["a"] * 500),
        "z = (" + "\n".join(['"a"'] * 100) + ")",
        "w = " + " + ".join(["a"] * 100),
        "match a:\n  case [(1, {2: B(c=[3])})]: x = [[[[[[[[[[1]]]]]]]]]]",
        "case = [[[[[[[[[[1]]]]]]]]]]",
        "v = " + "[" * 40 + "]" * 40,
    ]
    text = "\n".join(wide) + "\n"
    assert edited(text, EnsureImport(PATH, "pytest")).endswith(text)


def test_too_deep_for_the_stack_that_is_left_is_refused() -> None:
    text = "x = " + "[" * 45 + "]" * 45 + "\n"

    def deeper(levels: int) -> str:
        return deeper(levels - 1) if levels else refusal(text, EnsureImport(PATH, "pytest"))

    assert deeper(sys.getrecursionlimit() - 250) == "RewriteError: too deeply nested to edit"


def test_syntax_that_does_not_compile_may_stay_but_may_not_come() -> None:
    text = "await x\nf()\n"
    assert edited(text, SetCallKeyword(PATH, call(text, "f"), "k", "1")) == "await x\nf(k=1)\n"
    text = "def f():\n    g()\n"
    assert "would not compile" in refusal(text, AppendStatements(PATH, function(text), ("await x",)))


def test_invalid_escapes_of_a_file_print_nothing(recwarn: pytest.WarningsRecorder) -> None:
    text = "x = '\\d'\nf()\n"
    operation = SetCallKeyword(PATH, call(text, "f"), "k", "1")
    recwarn.clear()
    assert edited(text, operation) == "x = '\\d'\nf(k=1)\n"
    assert not recwarn.list


def test_a_missing_file_has_no_places() -> None:
    text = "try: f()\nexcept E: pass\n"
    for operation in (
        SetCallKeyword(PATH, call(text, "f"), "k", "1"),
        RemoveCallKeyword(PATH, call(text, "f"), "k"),
        ReplaceCallee(PATH, call(text, "f"), "g"),
        RemoveHandler(PATH, handler(text)),
        SuppressTeardown(PATH, handler(text)),
    ):
        assert refusal(None, operation) == "RewriteError: the file does not exist"


def test_one_refused_operation_refuses_all() -> None:
    text = "f()\n"
    operations = (SetCallKeyword(PATH, call(text, "f"), "k", "1"), ReplaceCallee(PATH, call("\nf()\n", "f"), "g"))
    assert refusal(text, *operations).startswith("RewriteError: line 2")


# --- dispatch -----------------------------------------------------------------------------------------------------


def test_python_files_go_to_the_python_backend() -> None:
    text = b"f()\n"
    operation = SetCallKeyword("a.py", call(text, "f"), "k", "1")
    assert rewrite_file("tests/a.py", text, [operation]) == b"f(k=1)\n"


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("a.txt", SetOption("a.txt", ("pytest",), "a", "b")),
        ("Makefile", EnsureImport("Makefile", "pytest")),
        ("a.py", SetOption("a.py", ("pytest",), "a", "b")),
        ("a.toml", EnsureImport("a.toml", "pytest")),
        ("a.pyi", EnsureImport("a.pyi", "pytest")),
    ],
)
def test_what_has_no_backend_is_refused(path: str, operation: Operation) -> None:
    with pytest.raises(RewriteError, match="cannot be edited"):
        rewrite_file(path, b"", [operation])


def test_libcst_is_imported_only_for_python_files() -> None:
    code = (
        "import sys, codemod.rewrite as r; from codemod.operations import SetOption\n"
        "after = r.rewrite_file('pytest.ini', None, [SetOption('pytest.ini', ('pytest',), 'a', 'b')])\n"
        "assert b'a' in after\nassert 'libcst' not in sys.modules\n"
        "r.rewrite_file('a.py', b'', [])\nassert 'libcst' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
