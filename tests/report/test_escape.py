from __future__ import annotations

import pytest

from codemod.report.escape import clip, escape, escape_lines, escape_short, width


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb", r"a\x0ab"),
        ("a\tb", r"a\x09b"),
        ("a\rb", r"a\x0db"),
        ("\x7f", r"\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202etxt\u2066", r"\u202etxt\u2066"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\u2028", r"\u2028"),
        ("\U000e0041", r"\U000e0041"),
        ("\udcff.py", r"\udcff.py"),
        ("\ufeff", r"\ufeff"),
        ("\ue000", r"\ue000"),
    ],
)
def test_hidden_characters_become_visible(raw: str, shown: str) -> None:
    assert escape(raw) == shown


@pytest.mark.parametrize("text", ["", "plain [bold]text[/bold]", "naïve 日本語", "a\\x1b", "e\u0301", "100 %"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert escape(text) == text
    assert escape_lines(text) == text


def test_lines_and_tabs_stay_in_a_longer_text() -> None:
    assert escape_lines("+\ta\n-\x1bb\r\n") == "+\ta\n-\\x1bb\\x0d\n"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("abc", "abc"), ("abcd", "ab…"), ("a" * 99, "aa…")])
def test_long_texts_are_cut(text: str, shown: str) -> None:
    assert clip(text, 3) == shown
    assert escape_short(text, 3) == shown


def test_what_escaping_adds_counts_too() -> None:
    assert escape_short("a\x1bb", 6) == r"a\x1bb"
    assert escape_short("a\x1bbc", 6) == r"a\x1b…"
    assert escape_short("\x1b" * 10**7, 5) == r"\x1b…"
