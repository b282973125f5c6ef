from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from codemod.report.escape import escape
from codemod.report.gfm import bounded_table, code, details, fence, fitting, prose, table

if TYPE_CHECKING:
    from markdown_it.token import Token

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
NASTY = st.text(st.sampled_from("`|\\*_<>[]()!#@&;:$~-+=/. \n\t\r\x1b\u202e\u2028ab1é"), max_size=60)


def tokens(markdown: str) -> list[Token]:
    found = READER.parse(markdown)
    return [inner for token in found for inner in (token.children or [token])]


def kinds(markdown: str) -> set[str]:
    return {token.type for token in tokens(markdown)}


@given(NASTY)
def test_code_shows_what_it_was_given_and_nothing_else(text: str) -> None:
    found = tokens(f"x {code(text)} y")
    spans = [token.content for token in found if token.type == "code_inline"]
    shown = escape(text)
    assert spans == ([shown] if shown else [])
    assert [token.content for token in found if token.type == "text"] == (["x ", " y"] if spans else ["x  y"])


@given(NASTY, NASTY)
def test_cells_stay_in_their_columns(one: str, other: str) -> None:
    found = tokens(table(["a", "b"], [[code(one), code(other)]]))
    assert sum(token.type == "td_open" for token in found) == 2
    assert [token.content for token in found if token.type == "code_inline"] == [
        shown for shown in (escape(one), escape(other)) if shown
    ]


@given(NASTY)
def test_prose_marks_up_nothing(text: str) -> None:
    markdown = prose(text)
    assert kinds(f"x: {markdown}") <= {"paragraph_open", "paragraph_close", "text", "code_inline"}
    outside = "".join(token.content for token in tokens(f"x: {markdown}") if token.type == "text")
    assert not set(outside) & set("`|\\*_<>[]#@&$~+=/\n")


@given(NASTY)
def test_prose_loses_nothing_but_backticks_and_spaces(text: str) -> None:
    def bare(shown: str) -> str:
        return shown.replace("`", "").replace(" ", "")

    assert bare(prose(text)) == bare(escape(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plugin anyio is active too", "plugin anyio is active too"),
        ("it took 3 times, didn't it?", "it took 3 times, didn't it?"),
        ("give `db` its loop", "give `db` its loop"),
        ("close tests/ws/conftest.py: late", "close `tests/ws/conftest.py:` late"),
        ("for @team and #12", "for `@team` and `#12`"),
        ("GH-3 and owner/repo#4", "`GH-3` and `owner/repo#4`"),
        ("commit 0123abcd", "commit `0123abcd`"),
        ("see https://x.example www.y.example", "see `https://x.example www.y.example`"),
        ("a|b", "`a|b`"),
        ("# head", "`#` head"),
        ("pytest-asyncio 1.5.0, twice.", "pytest-asyncio 1.5.0, twice."),
        ("a → b · c …", "a → b · c …"),
        ("<b>x</b>", "`<b>x</b>`"),
        ("snake_case *b*", "`snake_case *b*`"),
        ("`a``b`", "`ab`"),
        ("line\nline", "`line\\x0aline`"),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_long_texts_are_cut() -> None:
    assert code("x" * 999) == f"`{'x' * 199}…`"
    assert code("x" * 999, 10) == f"`{'x' * 9}…`"
    assert len(prose("x " * 999)) <= 202


@given(st.lists(NASTY, max_size=5))
def test_a_fence_holds_its_lines(lines: list[str]) -> None:
    found = tokens(fence(lines) + "\n\nend")
    assert [token.type for token in found] == ["fence", "paragraph_open", "text", "paragraph_close"]
    assert found[0].content.rstrip("\n").split("\n") == "\n".join(map(escape, lines)).rstrip("\n").split("\n")


def test_numbers_are_flush_right_and_details_hold_a_table() -> None:
    shown = table(["", "n"], [["a", "1"]], numbers=[1])
    assert shown == "|  | n |\n| --- | ---: |\n| a | 1 |"
    assert "table_open" in kinds(details("2 rows", shown))


def test_a_bounded_table_says_what_it_leaves_out() -> None:
    shown = bounded_table(["n"], [1, 2, 3], lambda number: [str(number)], 2, numbers=(0,))
    assert shown == "| n |\n| ---: |\n| 1 |\n| 2 |\n\n… and 1 more."
    assert bounded_table(["n"], [1], lambda number: [str(number)], 1) == "| n |\n| --- |\n| 1 |"


@pytest.mark.parametrize(("room", "rows"), [(10_000, 100), (99, 40), (7, 5), (0, 1)])
def test_a_text_has_as_many_rows_as_fit(room: int, rows: int) -> None:
    assert len(fitting(lambda most: "x" * most, room)) == rows


def test_prose_is_cut() -> None:
    assert prose("one two three", 8) == "one `two…`"
