"""Spans count characters: the text at a span is the text of the thing, whatever the line holds before it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemod.analysis.index import index
from codemod.errors import FileError
from codemod.operations import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


def cut(text: str, span: Span) -> str:
    """Return the text at a span, lines split as Python's tokenizer does."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)


def test_decorators_after_wide_characters() -> None:
    text = (
        "import pytest\nx = '日本語 🎉 é'; y = pytest.mark.asyncio(loop_scope='session')\n@y\nasync def test_a(): ...\n"
    )
    (function,) = index("test_a.py", text.encode()).functions
    assert cut(text, function.marks[0].span) == "pytest.mark.asyncio(loop_scope='session')"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "before", ["", "# é\n", "x = '''日\n本\n'''\n", "s = 'a\x0cb'\n", "s = 'a\u2028b\x1d'\n", "s = 'a\\\nb'\n"]
)
def test_lines_are_counted_as_python_does(before: str, newline: str) -> None:
    text = (
        f"{before}import pytest_asyncio\n@pytest_asyncio.fixture(name='日本', scope='session')\nasync def db(): ...\n"
    )
    data = text.replace("\n", newline).encode()
    (function,) = index("conftest.py", data).functions
    assert function.fixture is not None
    assert cut(text, function.fixture.span) == "pytest_asyncio.fixture(name='日本', scope='session')"
    assert function.fixture.name == "日本"


def test_a_byte_order_mark_is_no_character() -> None:
    text = "import pytest; pytestmark = pytest.mark.asyncio\n"
    (mark,) = index("test_a.py", b"\xef\xbb\xbf" + text.encode()).marks
    assert cut(text, mark.span) == "pytest.mark.asyncio"


def test_another_encoding() -> None:
    text = "# -*- coding: latin-1 -*-\nimport pytest\né = 'ÿ'; pytestmark = pytest.mark.asyncio\n"
    (mark,) = index("test_a.py", text.encode("latin-1")).marks
    assert cut(text, mark.span) == "pytest.mark.asyncio"


@pytest.mark.parametrize("data", [b"x = '\xff'\n", b"# coding: nonsense\n", b"def (:\n", b"x = (\n", b"\x00"])
def test_what_is_no_python_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(FileError, match=r"^test_a\.py: "):
        index("test_a.py", data)


def spans(value: Any) -> Iterator[Span]:
    """Yield every span in a tree of facts."""
    if isinstance(value, Span):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from spans(getattr(value, part.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from spans(part)


STRINGS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\\'\n\r"), max_size=6)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(STRINGS, STRINGS)
def test_every_span_starts_and_ends_at_its_node(one: str, two: str) -> None:
    text = (
        "import pytest, pytest_asyncio, asyncpg\n"
        f"a = '{one}'; pytestmark = [pytest.mark.x('{two}'), pytest.mark.asyncio(loop_scope='session')]\n"
        f"@pytest_asyncio.fixture(name='{two}')\n"
        f"async def db(b='{one}'): '{two}'; return await asyncpg.connect('{one}')\n"
    )
    facts = index("test_a.py", text.encode())
    texts = {cut(text, span) for span in [*spans(facts.marks), *spans(facts.functions)]}
    assert {
        f"pytest.mark.x('{two}')",
        "pytest.mark.asyncio(loop_scope='session')",
        f"pytest_asyncio.fixture(name='{two}')",
        f"asyncpg.connect('{one}')",
        f"async def db(b='{one}'): '{two}'; return await asyncpg.connect('{one}')",
    } <= texts
