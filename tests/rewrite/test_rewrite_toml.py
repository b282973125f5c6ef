from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveOption, SetOption
from codemod.rewrite.toml import rewrite

INI_OPTIONS = ("tool", "pytest", "ini_options")
MODE = "asyncio_mode"
SCOPE = "asyncio_default_fixture_loop_scope"


def put(key: str, value: str, section: tuple[str, ...] = INI_OPTIONS) -> SetOption:
    return SetOption("pyproject.toml", section, key, value)


def drop(key: str, section: tuple[str, ...] = INI_OPTIONS) -> RemoveOption:
    return RemoveOption("pyproject.toml", section, key)


# Each entry: name, text before (None: no file), operation, text after.
CHANGES = [
    ("no-file", None, put(MODE, "auto"), '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'),
    ("empty-file", "", put(MODE, "auto"), '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'),
    ("no-file-root-table", None, put("strategy", "share", ()), 'strategy = "share"\n'),
    (
        "replace-keeps-comment",
        "[tool.pytest.ini_options]\nasyncio_mode  =  'strict'  # why\nx = 1\n",
        put(MODE, "auto"),
        "[tool.pytest.ini_options]\nasyncio_mode  =  'auto'  # why\nx = 1\n",
    ),
    (
        "replace-escapes-where-literal-cannot",
        "[tool.pytest]\nk = 'a'\n",
        put("k", "it's", ("tool", "pytest")),
        '[tool.pytest]\nk = "it\'s"\n',
    ),
    (
        "replace-escapes-control-characters",
        "[tool.pytest]\nk = 'a'\n",
        put("k", "a\tb\n", ("tool", "pytest")),
        '[tool.pytest]\nk = "a\\tb\\n"\n',
    ),
    (
        "replace-other-type",
        "[tool.pytest.ini_options]\nasyncio_mode = true # t\n",
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\nasyncio_mode = "auto" # t\n',
    ),
    (
        "bare",
        "[tool.pytest]\nk = 'a'\n",
        SetOption("pyproject.toml", ("tool", "pytest"), "asyncio_debug", "true"),
        "[tool.pytest]\nk = 'a'\nasyncio_debug = true\n",
    ),
    (
        "bare-for-a-string",
        '[tool.pytest]\nk = "true"  # c\n',
        SetOption("pyproject.toml", ("tool", "pytest"), "k", "true"),
        "[tool.pytest]\nk = true  # c\n",
    ),
    (
        "bare-for-a-number",
        "[tool.pytest]\nk = 1\n",
        SetOption("pyproject.toml", ("tool", "pytest"), "k", "true"),
        "[tool.pytest]\nk = true\n",
    ),
    (
        "quotes-as-in-arrays",
        "[tool.pytest.ini_options]\naddopts = ['-q', '-ra']\nx = \"1\"\n",
        put(MODE, "auto"),
        "[tool.pytest.ini_options]\naddopts = ['-q', '-ra']\nx = \"1\"\nasyncio_mode = 'auto'\n",
    ),
    (
        "replace-multi-line-string",
        '[tool.pytest.ini_options]\nk = """\na # no comment\n""" # c\nx = 1\n',
        put("k", "v"),
        '[tool.pytest.ini_options]\nk = "v" # c\nx = 1\n',
    ),
    (
        "replace-quoted-key",
        "[tool.\"pytest\".'ini_options']\n'asyncio_mode' = \"strict\"\n",
        put(MODE, "auto"),
        "[tool.\"pytest\".'ini_options']\n'asyncio_mode' = \"auto\"\n",
    ),
    (
        "beside-last-sibling",
        '[tool.pytest.ini_options]\nasyncio_mode = "auto"\nasyncio_debug = "true"\naddopts = "-q"\n',
        put(SCOPE, "session"),
        '[tool.pytest.ini_options]\nasyncio_mode = "auto"\nasyncio_debug = "true"\n'
        'asyncio_default_fixture_loop_scope = "session"\naddopts = "-q"\n',
    ),
    (
        "after-last-key-before-foreign-comment",
        '[tool.pytest.ini_options]\naddopts = "-q"  # c\n\n# about black\n[tool.black]\nx = 1\n',
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\naddopts = "-q"  # c\nasyncio_mode = "auto"\n\n# about black\n[tool.black]\nx = 1\n',
    ),
    (
        "empty-table",
        "[tool.pytest.ini_options] # h\n\n[tool.black]\n",
        put(MODE, "auto"),
        '[tool.pytest.ini_options] # h\nasyncio_mode = "auto"\n\n[tool.black]\n',
    ),
    (
        "crlf",
        '[tool.pytest.ini_options]\r\naddopts = "-q"\r\n\r\n[x]\r\n',
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\r\naddopts = "-q"\r\nasyncio_mode = "auto"\r\n\r\n[x]\r\n',
    ),
    (
        "crlf-new-table",
        "[a]\r\nx = 1\r\n",
        put(MODE, "auto"),
        '[a]\r\nx = 1\r\n\r\n[tool.pytest.ini_options]\r\nasyncio_mode = "auto"\r\n',
    ),
    (
        "bom",
        "\ufeff[tool.pytest.ini_options]\nx = 1\n",
        put(MODE, "auto"),
        '\ufeff[tool.pytest.ini_options]\nx = 1\nasyncio_mode = "auto"\n',
    ),
    (
        "no-final-newline",
        "[tool.pytest.ini_options]\nx = 1",
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\nx = 1\nasyncio_mode = "auto"',
    ),
    ("no-final-newline-header", "[tool.pytest]", put("k", "v", ("tool", "pytest")), '[tool.pytest]\nk = "v"'),
    (
        "no-final-newline-new-table",
        "[a]\nx = 1",
        put(MODE, "auto"),
        '[a]\nx = 1\n\n[tool.pytest.ini_options]\nasyncio_mode = "auto"',
    ),
    (
        "new-table-after-blank-lines",
        "[a]\nx = 1\n\n",
        put(MODE, "auto"),
        '[a]\nx = 1\n\n[tool.pytest.ini_options]\nasyncio_mode = "auto"\n',
    ),
    (
        "new-table-needs-quotes",
        "x = 1\n",
        put("a b", "v", ("tool", "p q")),
        'x = 1\n\n[tool."p q"]\n"a b" = "v"\n',
    ),
    (
        "new-table-beside-pytest-table",
        "[tool.pytest]\nx = 1\n[tool.black]\n",
        put(MODE, "auto"),
        '[tool.pytest]\nx = 1\n[tool.black]\n\n[tool.pytest.ini_options]\nasyncio_mode = "auto"\n',
    ),
    (
        "super-table-of-existing-header",
        "[tool.pytest.ini_options.sub]\nx = 1\n",
        put(MODE, "auto"),
        '[tool.pytest.ini_options.sub]\nx = 1\n\n[tool.pytest.ini_options]\nasyncio_mode = "auto"\n',
    ),
    (
        "indented",
        "[tool]\n  [tool.pytest.ini_options]\n\n    # c\n    x=1\n",
        put(MODE, "auto"),
        '[tool]\n  [tool.pytest.ini_options]\n\n    # c\n    x=1\n    asyncio_mode="auto"\n',
    ),
    (
        "aligned-separator-not-copied",
        "[tool.pytest.ini_options]\nx      = 1\n",
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\nx      = 1\nasyncio_mode = "auto"\n',
    ),
    (
        "prevailing-single-quotes",
        "[tool.pytest.ini_options]\na = 'x'\nb = 'y'\nc = \"z\"\n",
        put(MODE, "auto"),
        "[tool.pytest.ini_options]\na = 'x'\nb = 'y'\nc = \"z\"\nasyncio_mode = 'auto'\n",
    ),
    (
        "after-multi-line-array",
        '[tool.pytest.ini_options]\nmarkers = [\n  "slow: [x]", # ]\n  "db",\n]  # end\n# tail\n[[a]]\n',
        put(MODE, "auto"),
        '[tool.pytest.ini_options]\nmarkers = [\n  "slow: [x]", # ]\n  "db",\n]  # end\n'
        'asyncio_mode = "auto"\n# tail\n[[a]]\n',
    ),
    (
        "headers-inside-strings",
        'x = """\n[tool.pytest.ini_options]\nasyncio_mode = "no"\n"""\n[tool.pytest.ini_options]\n'
        "y = '''\n[tool.black]\n]'''\n[tool.black]\n",
        put(MODE, "auto"),
        'x = """\n[tool.pytest.ini_options]\nasyncio_mode = "no"\n"""\n[tool.pytest.ini_options]\n'
        "y = '''\n[tool.black]\n]'''\nasyncio_mode = 'auto'\n[tool.black]\n",
    ),
    (
        "dotted-at-top",
        "tool.pytest.ini_options.addopts = '-q'\ntool.black.x = 1\n",
        put(MODE, "auto"),
        "tool.pytest.ini_options.addopts = '-q'\ntool.pytest.ini_options.asyncio_mode = 'auto'\ntool.black.x = 1\n",
    ),
    (
        "dotted-in-parent",
        '[tool.pytest]\nini_options.asyncio_mode = "auto"\nother = 1\n[tool.black]\n',
        put(SCOPE, "module"),
        '[tool.pytest]\nini_options.asyncio_mode = "auto"\n'
        'ini_options.asyncio_default_fixture_loop_scope = "module"\nother = 1\n[tool.black]\n',
    ),
    (
        "dotted-replace",
        "[tool]\npytest . ini_options.asyncio_mode = 'strict' # c\n",
        put(MODE, "auto"),
        "[tool]\npytest . ini_options.asyncio_mode = 'auto' # c\n",
    ),
    (
        "inline-table",
        '[tool.pytest]\nini_options = { asyncio_mode = "auto", x = [1, {y = "},"}] } # c\n',
        put(SCOPE, "session"),
        "[tool.pytest]\nini_options = "
        '{ asyncio_mode = "auto", asyncio_default_fixture_loop_scope = "session", x = [1, {y = "},"}] } # c\n',
    ),
    (
        "inline-table-replace",
        "tool = {pytest={ini_options={asyncio_mode='strict'}}}\n",
        put(MODE, "auto"),
        "tool = {pytest={ini_options={asyncio_mode='auto'}}}\n",
    ),
    (
        "inline-table-empty",
        "[tool.pytest]\nini_options = {}",
        put(MODE, "auto"),
        '[tool.pytest]\nini_options = {asyncio_mode = "auto"}',
    ),
    (
        "inline-table-without-our-table",
        "[tool]\npytest = { x = 1 }\n",
        put(MODE, "auto"),
        '[tool]\npytest = { x = 1, ini_options.asyncio_mode = "auto" }\n',
    ),
    (
        "out-of-order-and-interleaved-arrays",
        "[[tool.mypy.overrides]]\nm = 1\n[tool.pytest.ini_options]\nx = 1\n[project]\n[[tool.mypy.overrides]]\nm = 2\n",
        put(MODE, "auto"),
        '[[tool.mypy.overrides]]\nm = 1\n[tool.pytest.ini_options]\nx = 1\nasyncio_mode = "auto"\n[project]\n'
        "[[tool.mypy.overrides]]\nm = 2\n",
    ),
    (
        "remove-line",
        '[tool.pytest.ini_options]\n# above\n  asyncio_mode = "auto"  # c\n\nx = nan\n',
        drop(MODE),
        "[tool.pytest.ini_options]\n# above\n\nx = nan\n",
    ),
    (
        "remove-multi-line",
        '[tool.pytest.ini_options]\r\nk = [\r\n  "a", # ]\r\n]\r\nx = 1\r\n',
        drop("k"),
        "[tool.pytest.ini_options]\r\nx = 1\r\n",
    ),
    ("remove-last-line", "[tool.pytest.ini_options]\nk = 1", drop("k"), "[tool.pytest.ini_options]"),
    (
        "remove-dotted",
        "tool.pytest.ini_options.a = 1\ntool.pytest.ini_options.b = 2\n",
        drop("a"),
        "tool.pytest.ini_options.b = 2\n",
    ),
    (
        "remove-inline-first",
        "tool.pytest.ini_options = { a = 1, b = 2 }\n",
        drop("a"),
        "tool.pytest.ini_options = { b = 2 }\n",
    ),
    (
        "remove-inline-last",
        "tool.pytest.ini_options = { a = 1, b = 2 }\n",
        drop("b"),
        "tool.pytest.ini_options = { a = 1 }\n",
    ),
    ("remove-inline-only", "tool.pytest.ini_options = {a = 1}\n", drop("a"), "tool.pytest.ini_options = {}\n"),
]


@pytest.mark.parametrize(("before", "operation", "after"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES])
def test_change_is_exact_and_final(before: str | None, operation: SetOption | RemoveOption, after: str) -> None:
    new = rewrite("pyproject.toml", None if before is None else before.encode(), [operation])
    assert new.decode() == after
    assert rewrite("pyproject.toml", new, [operation]) == new


NATIVE = ("tool", "pytest")


@pytest.mark.parametrize(
    ("before", "section", "value", "after"),
    [
        ("[tool.pytest]\nx = 1\n", NATIVE, "true", "[tool.pytest]\nx = 1\nasyncio_debug = true\n"),
        ("[tool.pytest]\nasyncio_debug = 'true'\n", NATIVE, "true", "[tool.pytest]\nasyncio_debug = true\n"),
        ("[tool.pytest]\nasyncio_debug = 1\n", NATIVE, "true", "[tool.pytest]\nasyncio_debug = true\n"),
        ("[tool.pytest]\nasyncio_debug=true # c\n", NATIVE, "false", "[tool.pytest]\nasyncio_debug=false # c\n"),
        ("[tool.pytest]\nasyncio_debug = true\n", NATIVE, "true", "[tool.pytest]\nasyncio_debug = true\n"),
        ("[tool]\npytest = {x = 1}\n", NATIVE, "true", "[tool]\npytest = {x = 1, asyncio_debug = true}\n"),
        ("[pytest]\n", ("pytest",), "true", "[pytest]\nasyncio_debug = true\n"),
        ("[pytest]\n", ("pytest",), "True", '[pytest]\nasyncio_debug = "True"\n'),
        ("[tool.pytest.ini_options]\n", INI_OPTIONS, "true", '[tool.pytest.ini_options]\nasyncio_debug = "true"\n'),
        ("[tool.x]\n", ("tool", "x"), "true", '[tool.x]\nasyncio_debug = "true"\n'),
    ],
)
def test_own_tables_of_pytest_get_booleans(before: str, section: tuple[str, ...], value: str, after: str) -> None:
    operation = put("asyncio_debug", value, section)
    assert rewrite("pyproject.toml", before.encode(), [operation]).decode() == after
    assert rewrite("pyproject.toml", after.encode(), [operation]).decode() == after


UNCHANGED = [
    ("set-equal", b'[tool.pytest.ini_options]\nasyncio_mode   = "auto"\n', put(MODE, "auto")),
    ("set-equal-bare", b"[tool.pytest]\nk = true\n", SetOption("a.toml", ("tool", "pytest"), "k", "true")),
    ("set-equal-other-spelling", b"[tool.pytest.ini_options]\nasyncio_mode = '''auto'''\n", put(MODE, "auto")),
    ("set-equal-escaped", b'[tool.pytest.ini_options]\nasyncio_mode = "\\u0061uto"\n', put(MODE, "auto")),
    ("set-equal-dotted", b'tool.pytest."ini_options".asyncio_mode = "auto"', put(MODE, "auto")),
    ("set-equal-inline", b'[tool]\npytest = {ini_options = {asyncio_mode = "auto"}}', put(MODE, "auto")),
    ("set-equal-bom", b'\xef\xbb\xbf[tool.pytest.ini_options]\nasyncio_mode = "auto"', put(MODE, "auto")),
    ("set-equal-crlf", b'[tool.pytest.ini_options]\r\nasyncio_mode = "auto"\r\n', put(MODE, "auto")),
    ("set-equal-mixed-newlines", b'[tool.pytest.ini_options]\r\nasyncio_mode = "auto"\n', put(MODE, "auto")),
    ("remove-absent", b"[tool.pytest.ini_options]\nx = 1\n", drop(MODE)),
    ("remove-absent-mixed-newlines", b"x = 1\r\ny = 2\n", drop(MODE)),
    ("remove-absent-table", b"[tool.black]\nasyncio_mode = 1\n", drop(MODE)),
    ("remove-only-commented", b"[tool.pytest.ini_options]\n# asyncio_mode = 1\n", drop(MODE)),
    ("remove-inside-string", b'[tool.pytest.ini_options]\nx = """\nasyncio_mode = 1\n"""\n', drop(MODE)),
    ("remove-from-sub-table", b"[tool.pytest.ini_options.sub]\nasyncio_mode = 1\n", drop(MODE)),
    ("remove-from-empty-file", b"", drop(MODE)),
    ("remove-from-bom-only", b"\xef\xbb\xbf", drop(MODE)),
]


@pytest.mark.parametrize(("data", "operation"), [case[1:] for case in UNCHANGED], ids=[case[0] for case in UNCHANGED])
def test_nothing_to_do_returns_the_same_bytes(data: bytes, operation: SetOption | RemoveOption) -> None:
    assert rewrite("pyproject.toml", data, [operation]) == data


def test_no_operations_change_nothing() -> None:
    assert rewrite("pyproject.toml", b"x = 1\r\ny = 2\n", []) == b"x = 1\r\ny = 2\n"


REFUSED = [
    ("mixed-newlines", b"[tool.pytest.ini_options]\r\nx = 1\n", put(MODE, "auto"), "mixed line endings"),
    ("table-for-value", b"[tool.pytest.ini_options.asyncio_mode]\n", put(MODE, "auto"), "is a table"),
    ("inline-table-for-value", b"[tool.pytest]\nini_options.k = {}\n", put("k", "v"), "is a table"),
    ("remove-table", b"[tool.pytest.ini_options.k]\n", drop("k"), "is a table"),
    ("value-for-table", b"[tool]\npytest = 1\n", put(MODE, "auto"), "tool.pytest is not a table"),
    ("array-for-table", b"[[tool.pytest]]\n[[tool.pytest]]\n", put(MODE, "auto"), "tool.pytest is not a table"),
    ("root-value-for-table", b"tool = []\n", drop(MODE), "tool is not a table"),
    ("array-of-tables-for-value", b"[[tool.pytest.ini_options.k]]\nx = 1\n", put("k", "v"), "without a change"),
    ("remove-array-of-tables", b"[[tool.pytest.ini_options.k]]\nx = 1\n", drop("k"), "cannot be located"),
    ("array-with-comment", b"[tool.pytest.ini_options]\nk = [\n 1, # c\n]\n", put("k", "v"), "comment in it"),
    ("table-would-vanish", b"tool.pytest.ini_options.k = 1\n", drop("k"), "without a change"),
    ("unwritable-value", b"x = 1\n", put("k", "\ud800"), "without a change"),
    ("too-deep", b"[tool.pytest.ini_options]\nx = " + b"[" * 150 + b"]" * 150, put("k", "v"), "line 2: the extent"),
    ("endless-value", b"x = [\n" + b"1, # ]\n" * 600 + b"]\n", put("k", "v"), "line 1: the extent"),
]


@pytest.mark.parametrize(
    ("data", "operation", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_inexact_edit_is_refused(data: bytes, operation: SetOption | RemoveOption, reason: str) -> None:
    with pytest.raises(RewriteError) as caught:
        rewrite("pyproject.toml", data, [operation])
    assert caught.value.path == "pyproject.toml"
    assert reason in caught.value.reason


BROKEN = [
    ("syntax", b"a = 1\nb =\n", "line 2: not valid TOML: Invalid value"),
    ("unclosed-at-end", b"a = 1\nb = [\n", "line 2: not valid TOML"),
    ("duplicate-key", b"[tool.pytest]\na = 1\n\na = 2\n", "line 4: not valid TOML: Cannot overwrite a value"),
    ("duplicate-table", b"[a]\n[b]\n[a]\n", "line 3: not valid TOML"),
    ("merge-marker", b"a = 1\n<<<<<<< HEAD\n", "line 2: not valid TOML"),
    ("lone-carriage-returns", b"a = 1\rb = 2\r", "line 1: not valid TOML"),
    ("form-feed", b"a = 1\n\x0c\n", "line 2: not valid TOML"),
    ("latin-1", b"a = 1\n# caf\xe9\n", "line 2: not valid UTF-8"),
    ("utf-16", "a = 1\n".encode("utf-16"), "line 1: not valid UTF-8"),
    ("nul", b"a = '\0'\n", "line 1: not valid TOML"),
    ("nesting", b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
    ("huge-integer", b"a = " + b"1" * 5000, "line 1: not valid TOML"),
]


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_unreadable_file_is_named_with_its_line(data: bytes, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        rewrite("pyproject.toml", data, [put(MODE, "auto")])
    assert not isinstance(caught.value, RewriteError)
    assert caught.value.reason.startswith(reason)
    assert "\n" not in str(caught.value)


def test_operations_are_done_in_order() -> None:
    before = b'[tool.pytest.ini_options]\nasyncio_mode = "strict"\naddopts = "-q"\n'
    after = b'[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = "session"\nx = "5"\naddopts = "-q"\n'
    operations = [put(SCOPE, "module"), drop(MODE), put(SCOPE, "session"), put("x", "5")]
    assert rewrite("pyproject.toml", before, operations) == after


def test_one_refused_operation_refuses_all() -> None:
    with pytest.raises(RewriteError):
        rewrite("pyproject.toml", b"[tool]\nblack = 1\n", [put(MODE, "auto"), put("k", "v", ("tool", "black"))])


# --- properties: any valid document of these lines, any newline style -------------------------------------------

VALUES = (
    "1",
    "nan",
    '"v"',
    "'v'",
    '""""""',
    "1979-05-27 07:32:00",
    '["a", "b[x]"]',
    '[\n  "a[x]", # c]\n  "b"\n]',
    '"""\n[tool.pytest]\nx = ]\n"""',
    "'''\n]\n'''",
    "{}",
    "{ a = 1 }",
    '{a = {b = "x, y}"}, c = [1,\n2]}',
    "{ asyncio_debug = 'x' }",
)
KEYS = (
    "a",
    "b",
    "asyncio_debug",
    "ini_options.a",
    "ini_options . asyncio_x",
    "tool.pytest.ini_options.x",
    "ini_options",
    "pytest",
)
HEADERS = ("[tool]", "[tool.pytest]", "[ tool . 'pytest' . ini_options ] # [x]", "[tool.black]", "[[tool.m.o]]", "[a]")
pairs = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(("", "  ")),
    st.sampled_from(KEYS),
    st.sampled_from((" = ", "=", "    = ")),
    st.sampled_from(VALUES),
    st.sampled_from(("", "  # t")),
)
statements = st.one_of(st.sampled_from(HEADERS), st.sampled_from(("", "# c", "  # [x]")), pairs, pairs)


def parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


documents = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(statements, max_size=6), st.sampled_from(("", "\n", "\n\n"))
).filter(parses)
newlines = st.sampled_from(("\n", "\r\n"))
sections = st.sampled_from((INI_OPTIONS, ("tool", "pytest")))
values = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@settings(max_examples=150, deadline=None)
@given(documents, newlines, sections, values)
def test_set_twice_and_set_then_remove(text: str, newline: str, section: tuple[str, ...], value: str) -> None:
    data = text.replace("\n", newline).encode()
    try:
        new = rewrite("t.toml", data, [put("asyncio_new", value, section)])
    except RewriteError as error:
        assert "is not a table" in error.reason
        return
    assert rewrite("t.toml", new, [put("asyncio_new", value, section)]) == new
    table = tomllib.loads(text)
    for name in section:
        table = table.get(name, {})
    header = f"[{'.'.join(section)}]".encode()
    if table and new.count(header) == data.count(header):
        assert rewrite("t.toml", new, [drop("asyncio_new", section)]) == data


@settings(max_examples=150, deadline=None)
@given(documents, newlines)
def test_set_inserts_one_piece_and_touches_nothing_else(text: str, newline: str) -> None:
    data = text.replace("\n", newline).encode()
    try:
        new = rewrite("t.toml", data, [put("asyncio_new", "v")])
    except RewriteError:
        return
    same_start = next((i for i, (a, b) in enumerate(zip(data, new, strict=False)) if a != b), len(data))
    assert new.endswith(data[same_start:])
    assert b"asyncio_new" in new[: len(new) - len(data[same_start:])]
