"""Entries of lists, and whole tables, cut out of TOML files."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveListItem, RemoveSection, SetOption
from codemod.rewrite.toml import rewrite

INI_OPTIONS = ("tool", "pytest", "ini_options")
NATIVE = ("tool", "pytest")
HEAD = "[tool.pytest.ini_options]\n"


def cut(item: str, key: str = "f", section: tuple[str, ...] = INI_OPTIONS) -> RemoveListItem:
    return RemoveListItem("pyproject.toml", section, key, item)


def rewritten(text: str, *operations: RemoveListItem | RemoveSection) -> str:
    return rewrite("pyproject.toml", text.encode(), operations).decode()


# Each entry: name, the option before, the entry, the option after (all below the header).
ITEMS = [
    ("one-line-first", "f = ['a', 'b', 'c']\n", "a", "f = ['b', 'c']\n"),
    ("one-line-middle", "f = ['a', 'b', 'c']\n", "b", "f = ['a', 'c']\n"),
    ("one-line-last", "f = ['a', 'b', 'c']  # why\n", "c", "f = ['a', 'b']  # why\n"),
    ("one-line-last-with-comma", "f = ['a', 'b',]\n", "b", "f = ['a',]\n"),
    ("one-line-padded", "f = [ 'a', 'b' ]\n", "b", "f = [ 'a' ]\n"),
    ("one-line-tight", "f=['a','b','c']\n", "b", "f=['a','c']\n"),
    ("escaped", 'f = ["a", "i\\u0067nore:x"]\n', "ignore:x", 'f = ["a"]\n'),
    ("brackets-and-commas-inside", 'f = ["x", "a[1], # b", "y"]\n', "a[1], # b", 'f = ["x", "y"]\n'),
    ("beside-other-types", "f = [1, [2, 'a'], {a = 'a'}, 'a', nan]\n", "a", "f = [1, [2, 'a'], {a = 'a'}, nan]\n"),
    ("interpolation", "f = ['%(a)s', 'b']\n", "%(a)s", "f = ['b']\n"),
    (
        "own-line",
        "f = [\n  'a',\n  'b', # of b\n  # own\n  'c',\n]\nx = 1\n",
        "b",
        "f = [\n  'a',\n  # own\n  'c',\n]\nx = 1\n",
    ),
    ("own-line-first", "f = [\n  # own\n  'a',\n\n  'b',\n]\n", "a", "f = [\n  # own\n\n  'b',\n]\n"),
    ("own-line-last", "f = [\n  'a', # of a\n  'b'\n]\n", "b", "f = [\n  'a' # of a\n]\n"),
    ("own-line-last-with-comma", "f = [\n  'a',\n  'b',  # of b\n]\n", "b", "f = [\n  'a',\n]\n"),
    ("aligned-first", "f = ['a', # of a\n     'b',\n     'c']\n", "a", "f = ['b',\n     'c']\n"),
    ("aligned-first-own-comment", "f = ['a', # of a\n     # own\n     'b']\n", "a", "f = [\n     # own\n     'b']\n"),
    ("aligned-middle", "f = ['a',\n     'b',\n     'c']\n", "b", "f = ['a',\n     'c']\n"),
    ("aligned-last", "f = ['a',\n     'b',\n     'c']\n", "c", "f = ['a',\n     'b']\n"),
    ("aligned-last-comment-before", "f = ['a', # of a\n     'b']\n", "b", "f = ['a' # of a\n     ]\n"),
    ("two-a-line-first", "f = [\n  'a', 'b',\n  'c', 'd', # cd\n]\n", "c", "f = [\n  'a', 'b',\n  'd', # cd\n]\n"),
    ("two-a-line-second", "f = [\n  'a', 'b',\n  'c', 'd', # cd\n]\n", "d", "f = [\n  'a', 'b',\n  'c', # cd\n]\n"),
    ("leading-commas", "f = [\n  'a'\n, 'b' # of b\n, 'c'\n]\n", "b", "f = [\n  'a'\n, 'c'\n]\n"),
    ("leading-commas-last", "f = [\n  'a'\n, 'b'\n]\n", "b", "f = [\n  'a'\n]\n"),
    ("leading-commas-first", "f = [\n  'a'\n, 'b'\n]\n", "a", "f = [\n  'b'\n]\n"),
    ("commas-on-their-own-lines", "f = [\n 'a'\n,\n 'b'\n,\n]\n", "b", "f = [\n 'a'\n,\n]\n"),
    ("twice", "f = ['a', 'b', 'a']\n", "a", "f = ['b']\n"),
    ("twice-on-own-lines", "f = [\n  'a',\n  'b',\n  'a',\n]\n", "a", "f = [\n  'b',\n]\n"),
    ("only", "x = 1\nf = [\n  'a', # of a\n]\ny = 2\n", "a", "x = 1\ny = 2\n"),
    ("only-twice", "x = 1\nf = ['a', 'a']\n", "a", "x = 1\n"),
    ("lines", 'f = """\n    a\n    b\n    c\n"""\n', "b", 'f = """\n    a\n    c\n"""\n'),
    ("lines-literal", "f = '''\na\n  b: \\d\n'''  # why\n", "b: \\d", "f = '''\na\n'''  # why\n"),
    ("lines-on-the-opening", 'f = """a\n    b"""\n', "a", 'f = """\n    b"""\n'),
    ("lines-on-the-closing", 'f = """a\n    b"""\n', "b", 'f = """a"""\n'),
    ("lines-escaped", 'f = """\na\\u0062\n"b" \n"""\n', "ab", 'f = """\n"b" \n"""\n'),
    ("lines-twice", 'f = """\na\nb\na\n"""\n', "a", 'f = """\nb\n"""\n'),
    ("lines-only", "x = 1\nf = '''\n  a\n'''\n", "a", "x = 1\n"),
    ("text-only", "x = 1\nf = 'a b'\n", "a b", "x = 1\n"),
]


@pytest.mark.parametrize(("before", "item", "after"), [case[1:] for case in ITEMS], ids=[case[0] for case in ITEMS])
def test_entry_is_cut_exactly(before: str, item: str, after: str) -> None:
    assert rewritten(HEAD + before, cut(item)) == HEAD + after


@pytest.mark.parametrize(("before", "item", "after"), [case[1:] for case in ITEMS], ids=[case[0] for case in ITEMS])
def test_entry_is_cut_exactly_from_crlf_with_bom(before: str, item: str, after: str) -> None:
    text, expected = (f"\ufeff{HEAD}{each}".replace("\n", "\r\n") for each in (before, after))
    assert rewritten(text, cut(item)) == expected


ELSEWHERE = [
    ("dotted", "tool.pytest.ini_options.f = ['a', 'b']\n", "tool.pytest.ini_options.f = ['b']\n"),
    ("inline", "tool = {pytest = {ini_options = {x = 1, f = ['a', 'b']}}}\n", None),
    ("no-final-newline", "[tool.pytest.ini_options]\nf = ['a',\n  'b']", "[tool.pytest.ini_options]\nf = ['b']"),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in ELSEWHERE], ids=[case[0] for case in ELSEWHERE])
def test_entry_is_cut_wherever_the_option_is(before: str, after: str | None) -> None:
    assert rewritten(before, cut("a")) == (after or before.replace("'a', ", ""))


ITEMS_REFUSED = [
    ("no-entry", "f = ['a']\n", "b", "has no entry 'b'"),
    ("no-option", "x = ['a']\n", "a", "f has no entry"),
    ("only-a-comment", "f = [\n 'b', # a\n # 'a',\n]\n", "a", "has no entry"),
    ("part-of-an-entry", "f = ['ab', 'a ']\n", "a", "has no entry"),
    ("other-case", "f = ['A']\n", "a", "has no entry"),
    ("other-type", "f = [1, 'x']\n", "1", "has no entry"),
    ("nested", "f = [['a'], 'x']\n", "a", "has no entry"),
    ("number", "f = 1\n", "1", "has no entry"),
    ("table", "f = {a = 1}\n", "a", "has no entry"),
    ("array-of-tables", "[[tool.pytest.ini_options.f]]\na = 1\n", "a", "has no entry"),
    ("empty-entry", "f = '''\n\nb\n'''\n", "", "has no entry ''"),
    ("lines-in-one-string", 'f = "a\\nb"\n', "a", "cannot be cut out exactly"),
    ("continued-line", 'f = """\na\\\n  b\nc\n"""\n', "ab", "cannot be cut out exactly"),
    ("first-of-leading-commas-with-comment", "f = [\n 'a'\n # own\n, 'b'\n]\n", "a", "cannot be cut out exactly"),
    ("leading-comma-with-comment", "f = [\n 'a'\n, # own\n 'b'\n,\n]\n", "b", "cannot be cut out exactly"),
    ("mixed-newlines", "f = ['a', 'b']\r\n", "a", "mixed line endings"),
]


@pytest.mark.parametrize(
    ("text", "item", "reason"), [case[1:] for case in ITEMS_REFUSED], ids=[case[0] for case in ITEMS_REFUSED]
)
def test_entry_is_refused(text: str, item: str, reason: str) -> None:
    with pytest.raises(RewriteError) as caught:
        rewritten(HEAD + text, cut(item))
    assert reason in caught.value.reason


def test_entries_go_one_after_the_other_and_the_option_with_the_last() -> None:
    text = HEAD + "f = [\n  'a',\n  'b',\n  'c',\n]\n"
    assert rewritten(text, cut("c"), cut("a")) == HEAD + "f = [\n  'b',\n]\n"
    assert rewritten(text, cut("c"), cut("a"), cut("b")) == HEAD
    with pytest.raises(RewriteError):
        rewritten(text, cut("c"), cut("c"))


# Each entry: name, text before, text after [tool.pytest] is removed.
SECTIONS = [
    ("only", "[tool.pytest]\nx = 1\n", ""),
    ("empty-table", "[a]\n\n[tool.pytest]\n\n[b]\n", "[a]\n\n[b]\n"),
    ("between", "[a]\n\n[tool.pytest]\nx = 1\ny = [\n  1, # ]\n]\n\n[b]\n", "[a]\n\n[b]\n"),
    ("at-the-start", "[tool.pytest]\nx = 1\n\n[b]\n", "[b]\n"),
    ("at-the-end", "[a]\nx = 1\n\n\n[tool.pytest]\nx = 1\n\n", "[a]\nx = 1\n"),
    ("at-the-end-no-final-newline", "[a]\nx = 1\n\n[tool.pytest]\nx = 1", "[a]\nx = 1"),
    ("no-blank-before", "[a]\n[tool.pytest]\nx = 1\n\n[b]\n", "[a]\n\n[b]\n"),
    ("no-blank-behind", "[a]\n\n[tool.pytest]\nx = 1\n[b]\n", "[a]\n\n[b]\n"),
    ("sub-table-stays", "[tool.pytest]\nx = 1\n\n[tool.pytest.ini_options]\ny = 1\n", HEAD + "y = 1\n"),
    ("sub-table-before-stays", HEAD + "y = 1\n\n[tool.pytest]\nx = 1\n", HEAD + "y = 1\n"),
    ("array-of-tables-stays", "[tool.pytest]\nx = 1\n[[tool.pytest.o]]\n", "[[tool.pytest.o]]\n"),
    (
        "comments",
        "[a]\n# stays\n\n# goes\n# too\n[ tool . 'pytest' ] # h\n# in\nx = 1\n\n# in\n\n# of b\n[b]\n",
        "[a]\n# stays\n\n# of b\n[b]\n",
    ),
    ("header-in-a-string", "[tool.pytest]\nx = '''\n[b]\n# c\n'''\n[b]\n", "[b]\n"),
    ("crlf", "[a]\r\n\r\n[tool.pytest]\r\nx = 1\r\n\r\n[b]\r\n", "[a]\r\n\r\n[b]\r\n"),
    ("bom", "\ufeff[tool.pytest]\nx = 1\n[b]\n", "\ufeff[b]\n"),
    ("dotted", "tool.pytest.x = 1\ntool.pytest.ini_options.x = 1\n", "tool.pytest.ini_options.x = 1\n"),
    ("dotted-only", "[tool]\npytest.x = 1\npytest.y = 2\nz = 1\n", "[tool]\nz = 1\n"),
    ("inline", "[tool]\npytest = {x = 1, ini_options = {}}\n", "[tool]\npytest = {ini_options = {}}\n"),
    (
        "dotted-sub-table-keeps-the-header",
        "# c\n[tool.pytest]\nx = 1  # d\n\n# e\nini_options.y = 1\nz = [\n  1,\n]\n[b]\n",
        "# c\n[tool.pytest]\n\n# e\nini_options.y = 1\n[b]\n",
    ),
    (
        "inline-sub-table-keeps-the-header",
        "[tool.pytest]\nini_options = {y = 1}\nx = 1\n",
        "[tool.pytest]\nini_options = {y = 1}\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in SECTIONS], ids=[case[0] for case in SECTIONS])
def test_table_is_cut_exactly_and_finally(before: str, after: str) -> None:
    operation = RemoveSection("pyproject.toml", NATIVE)
    assert rewritten(before, operation) == after
    assert rewritten(after, operation) == after


SECTIONS_UNCHANGED = [
    ("no-table", "[tool.black]\nx = 1\n"),
    ("only-sub-table", HEAD + "x = 1\n"),
    ("only-inline-array-of-tables", "[tool.pytest]\no = [{x = 1}]\n"),
    ("only-commented", "# [tool.pytest]\n# x = 1\n"),
    ("in-a-string", "x = '''\n[tool.pytest]\ny = 1\n'''\n"),
    ("longer-name", "[tool.pytest-env]\nx = 1\n"),
    ("other-parent", "[pytest]\nx = 1\n"),
    ("empty", ""),
    ("mixed-newlines", "[a]\r\nx = 1\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in SECTIONS_UNCHANGED], ids=[case[0] for case in SECTIONS_UNCHANGED])
def test_absent_table_changes_nothing(text: str) -> None:
    assert rewritten(text, RemoveSection("pyproject.toml", NATIVE)) == text


SECTIONS_REFUSED = [
    ("inline-table-would-stay", "[tool]\npytest = {x = 1}\n", "without a change"),
    ("array-of-tables", "[[tool.pytest]]\nx = 1\n", "tool.pytest is not a table"),
    ("value", "[tool]\npytest = 1\n", "tool.pytest is not a table"),
    ("mixed-newlines", "[tool.pytest]\r\nx = 1\n", "mixed line endings"),
    ("comment-is-the-end-of-a-string", "[a]\nx = '''\n# '''\n[tool.pytest]\ny = 1\n", "without a change"),
]


@pytest.mark.parametrize(
    ("text", "reason"), [case[1:] for case in SECTIONS_REFUSED], ids=[case[0] for case in SECTIONS_REFUSED]
)
def test_table_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RewriteError) as caught:
        rewritten(text, RemoveSection("pyproject.toml", NATIVE))
    assert reason in caught.value.reason


def test_broken_file_is_named() -> None:
    with pytest.raises(FileError, match="line 2: not valid TOML"):
        rewritten("x = 1\nx = 2\n", RemoveSection("pyproject.toml", NATIVE))


def test_operations_mix() -> None:
    text = "[tool.pytest]\nz = 1\n\n" + HEAD + 'f = ["a", "b"]\n'
    set_option = SetOption("pyproject.toml", INI_OPTIONS, "asyncio_mode", "auto")
    new = rewrite("pyproject.toml", text.encode(), [cut("a"), set_option, RemoveSection("pyproject.toml", NATIVE)])
    assert new.decode() == HEAD + 'f = ["b"]\nasyncio_mode = "auto"\n'


# --- any array: what is left is what was asked for, comments of their own stay -----------------------------------

elements = st.sampled_from(["'a'", '"b"', "'c,]'", '"""d"""', "1", "['a', 1]", "{x = 'a'}"])
gaps = st.sampled_from(["", " ", "\n", "\n  ", " # c\n", "\n # own\n "])
arrays = st.lists(st.tuples(gaps, elements, gaps), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(arrays, gaps, st.booleans(), st.sampled_from(["a", "b", "c,]", "d"]))
def test_any_layout_is_cut_or_refused(parts: list[tuple[str, str, str]], last: str, comma: bool, item: str) -> None:
    body = ",".join("".join(part) for part in parts) + ("," if comma else "") + last
    text = f"{HEAD}f = [{body}]\nx = 1\n"
    values = tomllib.loads(text)["tool"]["pytest"]["ini_options"]["f"]
    try:
        new = rewritten(text, cut(item))
    except RewriteError:
        return
    found = tomllib.loads(new)["tool"]["pytest"]["ini_options"]
    assert found.get("f", []) == [value for value in values if value != item]
    if "f" in found:
        assert new.count("# own") == text.count("# own")
