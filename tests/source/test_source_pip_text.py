from __future__ import annotations

import pytest

from codemod.source.pip_text import logical_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, [""])]),
        ("a\nb", [(1, ["a"]), (2, ["b"])]),
        ("a \\\n b\nc\n", [(1, ["a ", " b"]), (3, ["c"]), (4, [""])]),
        ("a \\\r\nb\r\n", [(1, ["a ", "b"]), (3, [""])]),
        ("a \\\n # b \\\nc", [(1, ["a ", " # b \\"]), (3, ["c"])]),
        ("a # b \\\nc", [(1, ["a # b ", "c"])]),
        ("a\nb \\", [(1, ["a"]), (2, ["b "])]),
        ("a \\\n", [(1, ["a ", ""])]),
    ],
)
def test_logical_lines(text: str, expected: list[tuple[int, list[str]]]) -> None:
    assert list(logical_lines(text)) == expected
