from __future__ import annotations

import pytest

from codemod.project.toml_text import TomlSyntaxError, key_line, parse, split_key

DOCUMENT = '''\
top = 1
[tool."pytest"]  # comment
a = 1
ini_options.dotted = 2
[tool.other]
a = 3
inline = { one = 1, "two" = 2 }
text = """
[tool.fake]
a = 4
"""
[[list]]
a = 5
'''


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ((), "top", 1),
        (("tool", "pytest"), "a", 3),
        (("tool", "pytest", "ini_options"), "dotted", 4),
        (("tool", "other"), "a", 6),
        (("tool", "other", "inline"), "one", 7),
        (("tool", "other", "inline"), "two", 7),
        (("tool",), "pytest", 2),
    ],
)
def test_key_line_finds(table: tuple[str, ...], key: str, line: int) -> None:
    assert key_line(DOCUMENT, table, key) == line


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ((), "a"),
        (("tool", "fake"), "a"),
        (("tool", "other"), "top"),
        (("tool", "other", "inline"), "ne"),
        (("x",), "y"),
    ],
)
def test_key_line_finds_nothing(table: tuple[str, ...], key: str) -> None:
    assert key_line(DOCUMENT, table, key) is None


def test_key_line_reads_crlf() -> None:
    assert key_line("[a]\r\nb = 1\r\n", ("a",), "b") == 2


def test_parse_names_a_byte_order_mark() -> None:
    with pytest.raises(TomlSyntaxError, match="byte order mark") as caught:
        parse("\ufeff[tool.pytest]\n")
    assert caught.value.line == 1


def test_parse_names_the_line_once() -> None:
    with pytest.raises(TomlSyntaxError) as caught:
        parse("a = 1\nb = \n")
    assert caught.value.line == 2
    assert "line" not in str(caught.value)


@pytest.mark.parametrize("text", ["\ufeffa = 1", "a = 1\na = 2", "a = " + "[" * 100_000])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(TomlSyntaxError):
        parse(text)


def test_split_key() -> None:
    assert split_key("""a . "b.c".'d' """) == ("a", "b.c", "d")


def test_key_line_is_quick_on_hostile_lines() -> None:
    # Quadratic matching would take hours on this.
    blank = " " * 1_000_000
    assert key_line(f"a = [\n[{blank}\n1]]\n{blank}\nb = 1\n", (), "b") == 5
