"""Commands split into words, without anything being expanded."""

from __future__ import annotations

import time

import pytest

from codemod.project.shell_words import UNKNOWN, split


def words(text: str, shell: bool = True) -> list[list[str]]:
    return [[word.text.replace(UNKNOWN, "?") for word in simple.words] for simple in split(text, 1, shell)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pytest -x tests", [["pytest", "-x", "tests"]]),
        ("a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a 'b c' \"d e\"f", [["a", "b c", "d ef"]]),
        ("a # b\nc", [["a"], ["c"]]),
        ("a#b", [["a#b"]]),
        ("a \\\n  b", [["a", "b"]]),
        ("a ''", [["a", ""]]),
        ("a > out b 2>&1 >>log c", [["a", "b", "c"]]),
        ("pip install x>=1", [["pip", "install", "x"]]),
        ("pip install 'x>=1,<2'", [["pip", "install", "x>=1,<2"]]),
        ("a $B ${C:-d e} $(f g) `h i` \"$J k\" '$l'", [["a", "?", "?", "?", "?", "? k", "$l"]]),
        ("a --b=$C ${{ matrix.x || 'y z' }}", [["a", "--b=?", "?"]]),
        ("a {posargs:b c} {{args}} {", [["a", "?", "?"]]),
        ("{ a; }", [["a"]]),
        ("cat <<END >f\npytest\nEND\nb", [["cat"], ["b"]]),
        ("cat <<-'E'\n\tpytest\n\tE\nb", [["cat"], ["b"]]),
        ("it's pytest", [["it's", "pytest"]]),
        (".venv\\Scripts\\pytest", [[".venv\\Scripts\\pytest"]]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_without_a_shell_signs_are_characters() -> None:
    assert words("pip install x>=1,<2 && y {posargs}", shell=False) == [
        ["pip", "install", "x>=1,<2", "&&", "y", "?"],
    ]


def test_lines_and_subshells() -> None:
    found = list(split("a\n(b \\\n 'c\n' d)\ne", 10))
    assert [(word.text, word.line) for simple in found for word in simple.words] == [
        ("a", 10),
        ("b", 11),
        ("c\n", 12),
        ("d", 13),
        ("e", 14),
    ]
    assert [simple.depth for simple in found] == [0, 1, 0]


@pytest.mark.parametrize("sign", ["{", "$(", "${", "(", '"', "'", "`", "<<E\n", "\\", "{a", '"$('])
def test_hostile_text_takes_no_time(sign: str) -> None:
    start = time.process_time()
    list(split(sign * 50_000))
    assert time.process_time() - start < 10
