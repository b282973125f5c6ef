"""Lines of multi-line options, and whole sections, cut out of INI files."""

from __future__ import annotations

import iniconfig
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveListItem, RemoveSection
from codemod.rewrite.ini import rewrite

HEAD = "[pytest]\n"


def cut(item: str, key: str = "f", section: str = "pytest") -> RemoveListItem:
    return RemoveListItem("pytest.ini", (section,), key, item)


def remove(section: str = "pytest") -> RemoveSection:
    return RemoveSection("pytest.ini", (section,))


def rewritten(text: str, *operations: RemoveListItem | RemoveSection) -> str:
    return rewrite("pytest.ini", text.encode(), operations).decode()


# Each entry: name, the option before, the line, the option after (all below the header).
ITEMS = [
    ("first", "f =\n    a\n    b\nx = 1\n", "a", "f =\n    b\nx = 1\n"),
    ("last", "f =\n    a\n    b\nx = 1\n", "b", "f =\n    a\nx = 1\n"),
    ("middle", "f =\n    a\n\n    b\n    c\n", "b", "f =\n    a\n\n    c\n"),
    ("beside-the-key", "f = a\n    b\n", "a", "f =\n    b\n"),
    ("beside-the-key-tight", "f=a\n  b\n", "a", "f=\n  b\n"),
    ("beside-a-colon", "f: a\n  b\n", "a", "f:\n  b\n"),
    ("below-the-key", "f = a\n    b\n", "b", "f = a\n"),
    ("comment-lines-stay", "f =\n    a\n    # of b\n    b\n# c\n    c\n", "b", "f =\n    a\n    # of b\n# c\n    c\n"),
    ("comment-on-the-line-is-value", "f =\n    a  # why\n    b\n", "a  # why", "f =\n    b\n"),
    ("twice", "f = a\n    b\n    a\n", "a", "f =\n    b\n"),
    ("only", "x = 1\nf =\n    a\ny = 1\n", "a", "x = 1\ny = 1\n"),
    ("only-beside-the-key", "x = 1\nf = a\ny = 1\n", "a", "x = 1\ny = 1\n"),
    ("only-with-comment", "f =\n    # of a\n    a\ny = 1\n", "a", "    # of a\ny = 1\n"),
    ("only-twice", "x = 1\nf = a\n  a\n", "a", "x = 1\n"),
    ("percent", "f =\n    %(a)s\n    100%\n", "100%", "f =\n    %(a)s\n"),
    ("header-like", "f =\n    [a]\n    b = 1\n", "[a]", "f =\n    b = 1\n"),
    ("delimiters", "f =\n    ignore:a = b:C\n    error\n", "ignore:a = b:C", "f =\n    error\n"),
]


@pytest.mark.parametrize(("before", "item", "after"), [case[1:] for case in ITEMS], ids=[case[0] for case in ITEMS])
def test_line_is_cut_exactly(before: str, item: str, after: str) -> None:
    assert rewritten(HEAD + before, cut(item)) == HEAD + after


@pytest.mark.parametrize(("before", "item", "after"), [case[1:] for case in ITEMS], ids=[case[0] for case in ITEMS])
def test_line_is_cut_exactly_from_crlf_with_bom_without_final_newline(before: str, item: str, after: str) -> None:
    text, expected = (f"\ufeff{HEAD}{each}".removesuffix("\n").replace("\n", "\r\n") for each in (before, after))
    assert rewritten(text, cut(item)) == expected


ITEMS_REFUSED = [
    ("no-line", "f =\n  a\n", cut("b"), "f in [pytest] has no entry 'b'"),
    ("no-option", "x = a\n", cut("a"), "has no entry"),
    ("no-section", "f = a\n", cut("a", section="tox"), "f in [tox] has no entry"),
    ("other-section", "f = b\n[tox]\nf = a\n", cut("a"), "has no entry"),
    ("other-case-of-the-key", "F = a\n", cut("a"), "has no entry"),
    ("comment", "f =\n  # a\n  b\n", cut("# a"), "has no entry"),
    ("commented-out", "f =\n  # a\n  b\n", cut("a"), "has no entry"),
    ("part-of-a-line", "f =\n  a b\n  ab\n", cut("a"), "has no entry"),
    ("with-spaces", "f =\n  a\n", cut(" a"), "has no entry"),
    ("line-and-comment", "f =\n  a  # why\n", cut("a"), "has no entry"),
    ("nothing", "f =\n\n  b\n", cut(""), "has no entry ''"),
    ("no-value", "f =\n", cut(""), "has no entry ''"),
    ("two-lines", "f =\n  a\n  b\n", cut("a\nb"), "has no entry"),
    ("section-path", "f = a\n", RemoveListItem("pytest.ini", ("tool", "pytest"), "f", "a"), "one name, not 2"),
    ("mixed-newlines", "f = a\r\n  b\n", cut("a"), "mixed line endings"),
    ("other-separator", "f = a\n  b\x0cc\n", cut("a"), "line 3: a line separator"),
    ("comment-would-join-the-value-above", "x =\n  1\nf = a\n# c\n  a\n  b\n[y]\n", cut("c"), "has no entry"),
]


@pytest.mark.parametrize(
    ("text", "operation", "reason"), [case[1:] for case in ITEMS_REFUSED], ids=[case[0] for case in ITEMS_REFUSED]
)
def test_line_is_refused(text: str, operation: RemoveListItem, reason: str) -> None:
    with pytest.raises(RewriteError) as caught:
        rewritten(HEAD + text, operation)
    assert reason in caught.value.reason


def test_lines_go_one_after_the_other_and_the_option_with_the_last() -> None:
    text = HEAD + "f =\n    a\n    b\n    c\n"
    assert rewritten(text, cut("c"), cut("a")) == HEAD + "f =\n    b\n"
    assert rewritten(text, cut("c"), cut("a"), cut("b")) == HEAD


# Each entry: name, text before, text after [pytest] is removed.
SECTIONS = [
    ("only", "[pytest]\nx = 1\n", ""),
    ("empty", "[a]\n\n[pytest]\n\n[b]\n", "[a]\n\n[b]\n"),
    ("between", "[a]\nx = 1\n\n[pytest]\nx =\n  1\n\n  2\n\n[b]\n", "[a]\nx = 1\n\n[b]\n"),
    ("at-the-start", "[pytest]\nx = 1\n\n[b]\n", "[b]\n"),
    ("at-the-end", "[a]\nx = 1\n\n\n[pytest]\nx = 1\n\n", "[a]\nx = 1\n"),
    ("at-the-end-no-final-newline", "[a]\nx = 1\n\n[pytest]\nx = 1", "[a]\nx = 1"),
    ("no-blank-before", "[a]\n[pytest]\nx = 1\n\n[b]\n", "[a]\n\n[b]\n"),
    ("no-blank-behind", "[a]\n\n[pytest]\nx = 1\n[b]\n", "[a]\n\n[b]\n"),
    (
        "comments",
        "; top\n\n# stays\n\n# goes\n; too\n[pytest] # h\n# in\nx = 1\n  # of x\n\n# in\n\n; of b\n[b]\n",
        "; top\n\n# stays\n\n; of b\n[b]\n",
    ),
    ("indented-comment-above-the-next", "[pytest]\nx =\n  1\n  # of x\n[b]\n", "[b]\n"),
    ("indented-comment-above", "[a]\nx =\n  1\n  # of x\n[pytest]\n[b]\n", "[a]\nx =\n  1\n  # of x\n[b]\n"),
    ("header-in-a-value", "[pytest]\nx =\n  [b]\n[b]\n", "[b]\n"),
    ("crlf", "[a]\r\n\r\n[pytest]\r\nx = 1\r\n\r\n[b]\r\n", "[a]\r\n\r\n[b]\r\n"),
    ("bom", "\ufeff[pytest]\nx = %(y)s\n[b]\n", "\ufeff[b]\n"),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in SECTIONS], ids=[case[0] for case in SECTIONS])
def test_section_is_cut_exactly_and_finally(before: str, after: str) -> None:
    assert rewritten(before, remove()) == after
    assert rewritten(after, remove()) == after


SECTIONS_UNCHANGED = [
    ("absent", "[tox]\nx = 1\n"),
    ("commented", "# [pytest]\n[tox]\n"),
    ("in-a-value", "[tox]\nx =\n  [pytest]\n"),
    ("longer-name", "[tool:pytest]\nx = 1\n"),
    ("other-case", "[PyTest]\nx = 1\n"),
    ("with-spaces", "[ pytest ]\nx = 1\n"),
    ("empty", ""),
    ("mixed-newlines", "[tox]\r\nx = 1\n"),
]


@pytest.mark.parametrize("text", [case[1] for case in SECTIONS_UNCHANGED], ids=[case[0] for case in SECTIONS_UNCHANGED])
def test_absent_section_changes_nothing(text: str) -> None:
    assert rewritten(text, remove()) == text


SECTIONS_REFUSED = [
    ("mixed-newlines", "[pytest]\r\nx = 1\n[a]\n", RewriteError, "mixed line endings"),
    ("duplicate", "[pytest]\nx = 1\n[pytest]\n", FileError, "line 3: duplicate section"),
    ("duplicate-option", "[pytest]\nx = 1\nx = 2\n", FileError, "line 3: duplicate option"),
    ("broken-elsewhere", "[pytest]\nx = 1\n[a\n", FileError, "line 3: not a section header"),
    ("bare-key", "[pytest]\nverbose\n", FileError, "line 2: a key without"),
]


@pytest.mark.parametrize(
    ("text", "kind", "reason"), [case[1:] for case in SECTIONS_REFUSED], ids=[case[0] for case in SECTIONS_REFUSED]
)
def test_section_is_refused(text: str, kind: type[FileError], reason: str) -> None:
    with pytest.raises(kind) as caught:
        rewritten(text, remove())
    assert reason in caught.value.reason


def as_pytest_reads(text: str) -> dict[str, dict[str, list[str]]]:
    return {
        section.name: {key: [line for line in value.split("\n") if line.strip()] for key, value in section.items()}
        for section in iniconfig.IniConfig("pytest.ini", text)
    }


LINES = ["[a]", "", "# c", "  # c", "f =", "f = a", "  a", "  b", "x = a", "  a # c", "g =", "\ta"]
texts = st.lists(st.sampled_from(LINES), max_size=8).map(lambda lines: "\n".join(["[pytest]", *lines]))


@settings(max_examples=300, deadline=None)
@example("[pytest]\n\nf =\n  a", "", "a")
@given(texts, st.sampled_from(["", "\n"]), st.sampled_from(["a", "b", "a # c"]))
def test_what_pytest_reads_lacks_the_line_and_nothing_else(text: str, end: str, item: str) -> None:
    try:
        expected = as_pytest_reads(text + end)
        new = rewritten(text + end, cut(item))
    except (iniconfig.ParseError, FileError):
        return
    left = [line.strip() for line in expected["pytest"].pop("f") if line.strip() != item]
    if left:
        expected["pytest"]["f"] = left
    found = as_pytest_reads(new)
    if left:
        found["pytest"]["f"] = [line.strip() for line in found["pytest"]["f"]]
    assert found == expected
    assert new.count("# c") >= text.count("# c") - text.count("a # c")
    assert new.endswith("\n") == (text + end).endswith("\n")
