from __future__ import annotations

import pytest

from codemod.report.excerpt import excerpt, source_lines


def test_carets_stand_under_the_name() -> None:
    assert excerpt(["x = 1", '@pytest.fixture(scope="session")'], 2, 1) == [
        '    2 | @pytest.fixture(scope="session")',
        "      | ^^^^^^^^^^^^^^^",
    ]


def test_one_caret_where_there_is_no_name() -> None:
    assert excerpt(["f(*args)"], 1, 3)[1] == "      |   ^"


def test_a_column_at_the_end_of_the_line_is_a_place() -> None:
    assert excerpt(["ab"], 1, 3)[1] == "      |   ^"


@pytest.mark.parametrize(("line", "column"), [(0, 1), (3, 1), (1, 0), (1, 9)])
def test_a_place_that_is_not_there_gives_nothing(line: int, column: int) -> None:
    assert excerpt(["ab", "cd"], line, column) == []


def test_carets_follow_escaped_and_wide_characters() -> None:
    first, second = excerpt(["'\u202e日' + name"], 1, 8)
    assert first == "    1 | '\\u202e日' + name"
    assert first.index("name") + 1 == second.index("^")  # one wide character before it
    assert second.endswith("^^^^")


def test_tabs_keep_one_column_each() -> None:
    assert excerpt(["\t\tdb"], 1, 3) == ["    1 |   db", "      |   ^^"]


def test_a_minified_line_is_cut_around_the_column() -> None:
    text = "a" * 500 + " name " + "b" * 500
    first, second = excerpt([text], 1, 502)
    assert len(first) < 200
    assert first.count("…") == 2
    assert first.index("name") == second.index("^")


def test_a_line_of_one_endless_name_is_cut_too() -> None:
    assert all(len(row) < 200 for row in excerpt(["n" * 100_000], 1, 1))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        (b"\xef\xbb\xbfa", ["a"]),
        (b"# coding: latin-1\n\xe9", ["# coding: latin-1", "é"]),
        ("a\x0cb\u2028c".encode(), ["a\x0cb\u2028c"]),
        (b"\xff\xfe", ["\ufffd\ufffd"]),
        (b"# coding: no-such\n\xc3\xa9", ["# coding: no-such", "é"]),
        (b"# coding: rot13\nx", ["# coding: rot13", "x"]),
        (b"", [""]),
    ],
)
def test_lines_are_those_that_python_counts(data: bytes, lines: list[str]) -> None:
    assert source_lines(data) == lines
