from __future__ import annotations

from codemod.model import OptionValue, Overridden
from codemod.report.options import option_table
from codemod.report.style import Pen

PLAIN = Pen(color=False)


def test_columns_are_aligned_and_kinds_are_apart() -> None:
    options = (
        OptionValue("target", "1.5.0", "default"),
        OptionValue(
            "asyncio_mode", "auto", "pytest.ini:2", (Overridden("strict", "tox.ini:3", "pytest.ini comes first"),)
        ),
        OptionValue("asyncio_debug", None, "default"),
        OptionValue("testpaths", "tests", "pytest.ini:4"),
    )
    assert option_table(options, PLAIN) == [
        "target  1.5.0  default",
        "",
        "asyncio_mode   auto     pytest.ini:2",
        "  instead of   strict   tox.ini:3: pytest.ini comes first",
        "asyncio_debug  not set  default",
        "",
        "testpaths  tests  pytest.ini:4",
    ]


def test_each_line_of_a_value_has_its_own() -> None:
    shown = option_table((OptionValue("filterwarnings", "error\nignore:x", "tox.ini:2"),), PLAIN)
    assert shown == ["filterwarnings  error     tox.ini:2", "                ignore:x"]


def test_a_long_value_leaves_the_others_where_they_are() -> None:
    options = (OptionValue("addopts", "x" * 60, "a:1"), OptionValue("testpaths", "t", "a:2"))
    assert option_table(options, PLAIN)[1] == "testpaths  t  a:2"


def test_an_empty_value_is_told_from_none_and_controls_are_escaped() -> None:
    shown = option_table(
        (OptionValue("asyncio_mode", "", "a:1"), OptionValue("asyncio_x", "\x1b[2J", "a\u202e:1")), PLAIN
    )
    assert shown == ["asyncio_mode  (empty)  a:1", "asyncio_x     \\x1b[2J  a\\u202e:1"]


def test_colour_changes_no_character() -> None:
    option = OptionValue("asyncio_mode", "auto", "a:1", (Overridden("strict", "b:1", "a comes first"),))
    painted = "\n".join(option_table((option,), Pen(color=True)))
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        assert code in painted
        painted = painted.replace(code, "")
    assert painted == "\n".join(option_table((option,), PLAIN))
