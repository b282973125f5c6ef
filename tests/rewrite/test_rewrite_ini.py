from __future__ import annotations

import iniconfig
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemod.errors import FileError, RewriteError
from codemod.operations import RemoveOption, SetOption
from codemod.rewrite.ini import rewrite

MODE = "asyncio_mode"
SCOPE = "asyncio_default_fixture_loop_scope"


def put(key: str, value: str, section: str = "pytest") -> SetOption:
    return SetOption("pytest.ini", (section,), key, value)


def drop(key: str, section: str = "pytest") -> RemoveOption:
    return RemoveOption("pytest.ini", (section,), key)


def as_pytest_reads(text: str) -> dict[str, dict[str, str]]:
    """Read as pytest does: the file is opened in text mode and handed to iniconfig, which drops a BOM since 2.3.1."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return {section.name: dict(section.items()) for section in iniconfig.IniConfig("pytest.ini", plain)}


# Each entry: name, text before (None: no file), operation, text after.
CHANGES = [
    ("no-file", None, put(MODE, "auto"), "[pytest]\nasyncio_mode = auto\n"),
    ("no-file-setup-cfg", None, put(MODE, "auto", "tool:pytest"), "[tool:pytest]\nasyncio_mode = auto\n"),
    ("empty-file", "", put(MODE, "auto"), "[pytest]\nasyncio_mode = auto\n"),
    (
        "replace",
        "[pytest]\nasyncio_mode = strict\nx = 1\n",
        put(MODE, "auto"),
        "[pytest]\nasyncio_mode = auto\nx = 1\n",
    ),
    ("replace-tight", "[pytest]\nasyncio_mode=strict\n", put(MODE, "auto"), "[pytest]\nasyncio_mode=auto\n"),
    (
        "bare",
        "[pytest]\nx = 1\n",
        SetOption("pytest.ini", ("pytest",), "asyncio_debug", "true"),
        "[pytest]\nx = 1\nasyncio_debug = true\n",
    ),
    ("replace-colon", "[pytest]\nasyncio_mode: strict\n", put(MODE, "auto"), "[pytest]\nasyncio_mode: auto\n"),
    (
        "replace-aligned",
        "[pytest]\nasyncio_mode   =  strict\n",
        put(MODE, "auto"),
        "[pytest]\nasyncio_mode   =  auto\n",
    ),
    ("replace-empty", "[pytest]\nasyncio_mode =\nx = 1\n", put(MODE, "auto"), "[pytest]\nasyncio_mode = auto\nx = 1\n"),
    ("replace-empty-tight", "[pytest]\nasyncio_mode=\n", put(MODE, "auto"), "[pytest]\nasyncio_mode=auto\n"),
    ("replace-no-final-newline", "[pytest]\nasyncio_mode = x", put(MODE, "auto"), "[pytest]\nasyncio_mode = auto"),
    ("replace-with-nothing", "[pytest]\nasyncio_mode = x\n", put(MODE, ""), "[pytest]\nasyncio_mode =\n"),
    (
        "replace-pseudo-comment",
        "[pytest]\r\nasyncio_mode = strict  # until 1.0\r\nx = 1\r\n",
        put(MODE, "auto"),
        "[pytest]\r\n# until 1.0\r\nasyncio_mode = auto\r\nx = 1\r\n",
    ),
    (
        "replace-pseudo-comment-same-word",
        "[pytest]\nasyncio_mode = strict ; why",
        put(MODE, "strict"),
        "[pytest]\n; why\nasyncio_mode = strict",
    ),
    (
        "hash-inside-a-word-is-no-comment",
        "[pytest]\nasyncio_mode = a#b\n",
        put(MODE, "auto"),
        "[pytest]\nasyncio_mode = auto\n",
    ),
    (
        "replace-several-lines",
        "[pytest]\nk =\n    a  # one\n\n    # two\n    b\n\n# other\nx = 1\n",
        put("k", "v"),
        "[pytest]\n# one\n# two\nk = v\n\n# other\nx = 1\n",
    ),
    (
        "replace-below-the-key",
        "[pytest]\nk:\n\n\t# why\n\told  \n\n# other\nx = 1\n",
        put("k", "v"),
        "[pytest]\nk:\n\n\t# why\n\tv  \n\n# other\nx = 1\n",
    ),
    (
        "replace-below-the-key-no-final-newline",
        "[pytest]\r\nk =\r\n  old",
        put("k", "v"),
        "[pytest]\r\nk =\r\n  v",
    ),
    (
        "replace-below-the-key-with-pseudo-comment",
        "[pytest]\nk =\n    old  # why\nx = 1\n",
        put("k", "v"),
        "[pytest]\n# why\nk = v\nx = 1\n",
    ),
    ("replace-below-the-key-with-nothing", "[pytest]\nk =\n    old\n", put("k", ""), "[pytest]\nk =\n"),
    (
        "beside-last-sibling",
        "[pytest]\nasyncio_mode = auto\nasyncio_debug = 1\naddopts = q\n",
        put(SCOPE, "session"),
        "[pytest]\nasyncio_mode = auto\nasyncio_debug = 1\nasyncio_default_fixture_loop_scope = session\naddopts = q\n",
    ),
    (
        "after-continued-value",
        "[pytest]\naddopts =\n    -q\n\n    --strict\n    # --cov\n\n# tox\n[tox]\nx = 1\n",
        put(MODE, "auto"),
        "[pytest]\naddopts =\n    -q\n\n    --strict\n    # --cov\nasyncio_mode = auto\n\n# tox\n[tox]\nx = 1\n",
    ),
    (
        "blank-lines-before-next-section-stay",
        "[pytest]\nx = 1\n\n\n[tox]\n",
        put(MODE, "auto"),
        "[pytest]\nx = 1\nasyncio_mode = auto\n\n\n[tox]\n",
    ),
    ("empty-section", "[pytest]\n\n[tox]\n", put(MODE, "auto"), "[pytest]\nasyncio_mode = auto\n\n[tox]\n"),
    (
        "header-with-comment",
        "[pytest] # see [tox]\n  # indented\n  # indented\nx = 1\n",
        put(MODE, "auto"),
        "[pytest] # see [tox]\n  # indented\n  # indented\nx = 1\nasyncio_mode = auto\n",
    ),
    ("tight-style-copied", "[pytest]\nx=1\n", put(MODE, "auto"), "[pytest]\nx=1\nasyncio_mode=auto\n"),
    ("colon-style-copied", "[pytest]\nx: 1\n", put(MODE, "auto"), "[pytest]\nx: 1\nasyncio_mode: auto\n"),
    ("alignment-not-copied", "[pytest]\nx    = 1\n", put(MODE, "auto"), "[pytest]\nx    = 1\nasyncio_mode = auto\n"),
    (
        "style-from-a-line-with-value",
        "[pytest]\nx=1\naddopts =\n  -q\n",
        put(MODE, "auto"),
        "[pytest]\nx=1\naddopts =\n  -q\nasyncio_mode=auto\n",
    ),
    ("no-final-newline", "[pytest]\nx = 1", put(MODE, "auto"), "[pytest]\nx = 1\nasyncio_mode = auto"),
    ("no-final-newline-continued", "[pytest]\nx =\n  1", put(MODE, "auto"), "[pytest]\nx =\n  1\nasyncio_mode = auto"),
    ("no-final-newline-header", "[pytest]", put(MODE, "auto"), "[pytest]\nasyncio_mode = auto"),
    ("no-final-newline-new-section", "[a]\nx = 1", put(MODE, "auto"), "[a]\nx = 1\n\n[pytest]\nasyncio_mode = auto"),
    ("new-section", "[a]\nx = 1\n", put(MODE, "auto"), "[a]\nx = 1\n\n[pytest]\nasyncio_mode = auto\n"),
    ("new-section-after-blank", "[a]\nx = 1\n\n", put(MODE, "auto"), "[a]\nx = 1\n\n[pytest]\nasyncio_mode = auto\n"),
    ("new-section-crlf", "[a]\r\n", put(MODE, "auto"), "[a]\r\n\r\n[pytest]\r\nasyncio_mode = auto\r\n"),
    ("crlf", "[pytest]\r\nx = 1\r\n\r\n", put(MODE, "auto"), "[pytest]\r\nx = 1\r\nasyncio_mode = auto\r\n\r\n"),
    ("bom", "\ufeff[pytest]\nx = 1\n", put(MODE, "auto"), "\ufeff[pytest]\nx = 1\nasyncio_mode = auto\n"),
    ("percent", "[pytest]\nx = %(y)s %\n", put(MODE, "%d"), "[pytest]\nx = %(y)s %\nasyncio_mode = %d\n"),
    (
        "capitals-are-another-key",
        "[pytest]\nAsyncio_Mode = strict\n",
        put(MODE, "auto"),
        "[pytest]\nAsyncio_Mode = strict\nasyncio_mode = auto\n",
    ),
    (
        "tool-pytest-is-not-pytest",
        "[pytest]\nasyncio_mode = a\n\n[tool:pytest]\nx = 1\n",
        put(MODE, "auto", "tool:pytest"),
        "[pytest]\nasyncio_mode = a\n\n[tool:pytest]\nx = 1\nasyncio_mode = auto\n",
    ),
    ("remove", "[pytest]\n# c\nasyncio_mode = a\n\nx = 1\n", drop(MODE), "[pytest]\n# c\n\nx = 1\n"),
    ("remove-only", "[pytest]\nasyncio_mode = auto\n", drop(MODE), "[pytest]\n"),
    ("remove-several-lines", "[pytest]\nk =\n  a\n\n  b\n\nx = 1\n", drop("k"), "[pytest]\n\nx = 1\n"),
    ("remove-keeps-comment-lines", "[pytest]\nk =\n  a\n  # c\n  b\nx = 1\n", drop("k"), "[pytest]\n  # c\nx = 1\n"),
    ("remove-last-no-final-newline", "[pytest]\nx = 1\nk = 1", drop("k"), "[pytest]\nx = 1"),
]


@pytest.mark.parametrize(("before", "operation", "after"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES])
def test_change_is_exact_and_final(before: str | None, operation: SetOption | RemoveOption, after: str) -> None:
    new = rewrite("pytest.ini", None if before is None else before.encode(), [operation])
    assert new.decode() == after
    assert rewrite("pytest.ini", new, [operation]) == new


UNCHANGED = [
    ("set-equal", b"[pytest]\nasyncio_mode   =auto\n", put(MODE, "auto")),
    ("set-equal-colon", b"[pytest]\nasyncio_mode:auto", put(MODE, "auto")),
    ("set-equal-trailing-space", b"[pytest]\nasyncio_mode = auto  \n", put(MODE, "auto")),
    ("set-equal-on-the-next-line", b"[pytest]\nasyncio_mode =\n  # c\n\n  auto\n", put(MODE, "auto")),
    ("set-equal-several-lines", b"[pytest]\nk = a\n  b\n", put("k", "a\nb")),
    ("set-equal-crlf", b"[pytest]\r\nasyncio_mode = auto\r\n", put(MODE, "auto")),
    ("set-equal-bom", b"\xef\xbb\xbf[pytest]\nasyncio_mode = auto\n", put(MODE, "auto")),
    ("set-equal-mixed-newlines", b"[pytest]\r\nasyncio_mode = auto\n", put(MODE, "auto")),
    ("set-equal-with-hash", b"[pytest]\nk = a # b\n", put("k", "a # b")),
    ("set-equal-empty", b"[pytest]\nk =\n", put("k", "")),
    ("set-equal-under-commented-header", b"[pytest] ; [x]\nasyncio_mode = auto\n", put(MODE, "auto")),
    ("remove-absent", b"[pytest]\nx = 1\n", drop(MODE)),
    ("remove-absent-section", b"[tox]\nasyncio_mode = 1\n", drop(MODE)),
    ("remove-other-case", b"[pytest]\nAsyncio_mode = 1\n", drop(MODE)),
    ("remove-only-commented", b"[pytest]\n# asyncio_mode = 1\n  ; asyncio_mode = 1\n", drop(MODE)),
    ("remove-inside-value", b"[pytest]\naddopts =\n  asyncio_mode = 1\n", drop(MODE)),
    ("remove-absent-mixed-newlines", b"[pytest]\r\nx = 1\n", drop(MODE)),
    ("remove-from-empty-file", b"", drop(MODE)),
]


@pytest.mark.parametrize(("data", "operation"), [case[1:] for case in UNCHANGED], ids=[case[0] for case in UNCHANGED])
def test_nothing_to_do_returns_the_same_bytes(data: bytes, operation: SetOption | RemoveOption) -> None:
    assert rewrite("pytest.ini", data, [operation]) == data


def test_no_operations_change_nothing() -> None:
    assert rewrite("pytest.ini", b"no ini file\r\n\n", []) == b"no ini file\r\n\n"


REFUSED = [
    ("mixed-newlines", b"[pytest]\r\nx = 1\n", put(MODE, "auto"), "mixed line endings"),
    ("lone-carriage-return", b"[pytest]\nx = 1\ry = 2\n", put(MODE, "auto"), "line 2: a line separator"),
    ("form-feed", b"[pytest]\n# a\x0cb = 1\n", put(MODE, "auto"), "line 2: a line separator"),
    ("line-separator", "[pytest]\n\nx = \u2028\n".encode(), put(MODE, "auto"), "line 3: a line separator"),
    ("value-with-newline", b"[pytest]\n", put("k", "a\nb = c"), "k in [pytest] cannot be edited"),
    ("value-with-form-feed", b"[pytest]\n", put("k", "a\x0cb"), "cannot be edited"),
    ("value-with-outer-space", b"[pytest]\n", put("k", " a"), "cannot be edited"),
    ("value-unencodable", b"[pytest]\n", put("k", "\ud800"), "cannot be edited"),
    ("key-with-delimiter", b"[pytest]\n", put("a:b", "c"), "cannot be edited"),
    ("key-like-a-comment", b"[pytest]\n", put("#k", "c"), "cannot be edited"),
    ("key-like-a-header", b"[pytest]\n", put("[k]", "c"), "cannot be edited"),
    ("key-empty", b"[pytest]\n", put("", "c"), "cannot be edited"),
    ("section-unwritable", b"[pytest]\n", put("k", "v", "a#b"), "cannot be edited"),
    ("section-path", b"[pytest]\n", SetOption("pytest.ini", ("tool", "pytest"), "k", "v"), "one name, not 2"),
]


@pytest.mark.parametrize(
    ("data", "operation", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_inexact_edit_is_refused(data: bytes, operation: SetOption, reason: str) -> None:
    with pytest.raises(RewriteError) as caught:
        rewrite("pytest.ini", data, [operation])
    assert caught.value.path == "pytest.ini"
    assert reason in caught.value.reason


BROKEN = [
    ("duplicate-option", b"[pytest]\nx = 1\n# c\nx = 2\n", "line 4: duplicate option 'x' in [pytest]"),
    ("duplicate-option-elsewhere", b"[a]\nx = 1\nx = 2\n[pytest]\n", "line 3: duplicate option 'x' in [a]"),
    ("duplicate-section", b"[pytest]\n\n[a]\n[pytest] # again\n", "line 4: duplicate section [pytest]"),
    ("bare-key", b"[pytest]\nx = 1\nverbose\n", "line 3: a key without '=' or ':'"),
    ("no-section", b"# c\nx = 1\n", "line 2: no section header"),
    ("empty-section-name", b"[pytest]\n[]\n", "line 2: not a section header"),
    ("open-header", b"[pytest]\nx = 1\n[tox\ny = 1\n", "line 3: not a section header"),
    ("indented-first-option", b"[pytest]\n  x = 1\n", "line 2: an indented line that continues no value"),
    ("indented-header", b"[a]\n  [pytest]\n", "line 2: an indented line that continues no value"),
    ("text-behind-header", b"[pytest]\nx = 1\n[tox] y\n", "line 3: not a section header"),
    ("hash-in-header", b"[pytest]\nx = 1\n[to#x]\n", "line 3: not a section header"),
    ("no-key", b"[pytest]\n= 1\n", "line 2: neither a section header nor an option"),
    ("merge-marker", b"[pytest]\n<<<<<<< HEAD\nx = 1\n", "line 2: a key without"),
    ("latin-1", b"[pytest]\n# caf\xe9\n", "line 2: not valid UTF-8"),
    ("utf-16", "[pytest]\n".encode("utf-16"), "line 1: not valid UTF-8"),
    ("two-boms", b"\xef\xbb\xbf\xef\xbb\xbf[pytest]\n", "line 1: no section header"),
]


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_unreadable_file_is_named_with_its_line(data: bytes, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        rewrite("pytest.ini", data, [put(MODE, "auto")])
    assert not isinstance(caught.value, RewriteError)
    assert caught.value.reason.startswith(reason)
    assert "\n" not in str(caught.value)


def test_operations_are_done_in_order() -> None:
    before = b"[pytest]\nasyncio_mode = strict\naddopts = -q\n"
    after = b"[pytest]\nasyncio_default_fixture_loop_scope = session\nx = 5\naddopts = -q\n"
    operations = [put(SCOPE, "module"), drop(MODE), put(SCOPE, "session"), put("x", "5")]
    assert rewrite("pytest.ini", before, operations) == after


def test_one_refused_operation_refuses_all() -> None:
    with pytest.raises(RewriteError):
        rewrite("pytest.ini", b"[pytest]\n", [put(MODE, "auto"), put("k", "a\nb")])


# --- properties: any text of these lines, judged by iniconfig ------------------------------------------------------

LINES = (
    "[pytest]",
    "[pytest] # see [x]",
    "[tool:pytest]",
    "[a]",
    "[ pytest ]",
    "",
    "  ",
    "# c",
    "  # c",
    "; x",
    "a = 1",
    "b=1",
    "asyncio_mode = strict",
    "asyncio_debug=auto # c",
    "addopts =",
    "markers = -ra",
    "    -q",
    "  -x ; y",
    "  [a]",
    "  k = v",
    "key: value",
    "url = a:b",
    "p:q=r",
    "x = %(here)s",
    "K = 1",
    "k = 1",
    "bare",
    "\u3000x = 1",
    "  ; [a]",
    "[a] b",
    "[a#b]",
    "[open",
)
texts = st.builds(
    lambda bom, lines, end: bom + "\n".join(["[pytest]", *lines]) + end,
    st.sampled_from(("", "\ufeff")),
    st.lists(st.sampled_from(LINES), max_size=7),
    st.sampled_from(("", "\n", "\n\n")),
)
newlines = st.sampled_from(("\n", "\r\n"))
keys = st.sampled_from((MODE, "asyncio_new", "a", "addopts", "K"))
values = st.sampled_from(("v", "strict", "", "a # b", "%d", "x = y"))


@settings(max_examples=200, deadline=None)
@given(texts, newlines, keys, values)
def test_set_does_for_pytest_what_it_says(text: str, newline: str, key: str, value: str) -> None:
    data = text.replace("\n", newline).encode()
    try:
        expected = as_pytest_reads(text)
    except iniconfig.ParseError:
        with pytest.raises(FileError):
            rewrite("pytest.ini", data, [put(key, value)])
        return
    was_absent = key not in expected["pytest"]
    expected["pytest"][key] = value
    try:
        new = rewrite("pytest.ini", data, [put(key, value)])
    except FileError as error:
        # iniconfig takes a broken header for the continuation of the value above it; here it is an error.
        assert any(line in text for line in ("[open", "[a] b", "[a#b]")), error
        return
    assert as_pytest_reads(new.decode()) == expected
    assert rewrite("pytest.ini", new, [put(key, value)]) == new
    if was_absent:
        assert rewrite("pytest.ini", new, [drop(key)]) == data


@settings(max_examples=100, deadline=None)
@given(texts, newlines, keys)
def test_remove_does_for_pytest_what_it_says(text: str, newline: str, key: str) -> None:
    data = text.replace("\n", newline).encode()
    try:
        new = rewrite("pytest.ini", data, [drop(key)])
    except FileError:
        return
    expected = as_pytest_reads(text)
    expected["pytest"].pop(key, None)
    assert as_pytest_reads(new.decode()) == expected
    comments = [line for line in text.split("\n") if line.strip().startswith(("#", ";"))]
    assert [line for line in new.decode().split(newline) if line.strip().startswith(("#", ";"))] == comments
