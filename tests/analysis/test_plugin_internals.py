"""Names that pytest_asyncio.plugin lost: the table against the plugin at hand, and where a file uses them."""

from __future__ import annotations

import pytest
import pytest_asyncio.plugin

from codemod.analysis.internals import lost_names
from codemod.knowledge import internals


def lost(text: str, target: str = "1.5.0") -> list[tuple[str, int]]:
    """Return name and line of what a file uses and ``target`` lacks."""
    return [(found.name, found.span.line) for found in lost_names("test_a.py", text.encode(), target)]


@pytest.mark.parametrize("name", internals().gone)
def test_what_is_gone_is_gone_from_the_newest(name: str) -> None:
    assert not hasattr(pytest_asyncio.plugin, name)


def test_advice_is_for_names_that_are_gone() -> None:
    assert set(internals().instead) <= set(internals().gone)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("from pytest_asyncio.plugin import Mode, wrap_in_sync as wrap\n", 1),
        ("def test_a():\n    from pytest_asyncio.plugin import wrap_in_sync\n", 2),
        ("import pytest_asyncio.plugin\npytest_asyncio.plugin.wrap_in_sync\n", 2),
        ("import pytest_asyncio.plugin as p\np.wrap_in_sync(p.wrap_in_sync)\n", 2),
        ("from pytest_asyncio import plugin\n\nx = plugin.wrap_in_sync\n", 3),
    ],
)
def test_uses_are_found_once(text: str, line: int) -> None:
    assert lost(text) == [("wrap_in_sync", line)]
    assert lost(text, "1.1.1") == []


@pytest.mark.parametrize(
    "text",
    [
        "from pytest_asyncio.plugin import Mode, fixture\n",
        "from .pytest_asyncio.plugin import event_loop\n",
        "from mine.pytest_asyncio.plugin import event_loop\n",
        "import pytest_asyncio as plugin\nplugin.event_loop\n",
        "from pytest_asyncio.plugin import\n",
    ],
)
def test_other_names_are_left_alone(text: str) -> None:
    assert lost(text) == []
