from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from codemod.project.toml_places import string_places

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = [
    "",
    "a = 'x'\nb.c = \"y\"\n'q.r'.\"\\u0061 b\" = 's'\n",
    "[a]\nb = [ # '\"[\n 'x', # ]\n [\"y\", []], {c = 'z', d.e = ['w',],},\n]\nc = 1979-05-27 07:32:00\nd = -1.5e+3\n",
    "[[a]]\nb = 'x'\n[a.c]\nd = 'y'\n[[a.e]]\nf = '1'\n[[a.e]]\nf = '2'\n"
    "[[a]]\n[[a.e]]\nf = '3'\n[ x . 'y' ]\nz = 'end'\n",
    'a = """\n"quoted" \\" ""\n[b]\nc = "x"\n"""\nd = """x"""""\ne = \'\'\'\nf = "y" \'\'\'\'\'\ng = ""\n',
    "a = {b = {c = ['x', {d = 'y'}]}, e = 'z'}\nf = [[['x']], []]\ng = true\n1.2 = 'k'\n",
]


def strings(value: object, key: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield key, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in parts:
        yield from strings(each, (*key, name))


@pytest.mark.parametrize("text", DOCUMENTS)
def test_string_places_agree_with_tomllib(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        data = tomllib.loads(text.replace(",},", "},"))  # TOML 1.1 takes the comma
    places = string_places(text)
    assert {key: tomllib.loads(f"k = {place.raw}")["k"] for key, place in places.items()} == dict(strings(data))
    for place in places.values():
        assert "\n".join(text.split("\n")[place.line - 1 :]).find(place.raw) >= 0


def test_string_places_counts_lines() -> None:
    lines = [place.line for place in string_places(DOCUMENTS[4]).values()]
    assert lines == [1, 6, 7, 9]


def test_string_places_is_quick_on_hostile_documents() -> None:
    text = f"a = ['{' ' * 500_000}']\nb = \"{'x' * 500_000}\"\nc = {'[' * 50}{']' * 50}\n#{'[' * 500_000}\n"
    assert [place.line for place in string_places(text).values()] == [1, 2]
