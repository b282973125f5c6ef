"""The Python text of what loop_factories.py inserts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 88

ITEM = "item"
"""The parameter of the hook that the conditions ask about."""


def hook_code(choices: Iterable[tuple[str, str]], otherwise: str) -> str:
    """Return the hook that gives the first factories whose condition holds; all three are Python expressions."""
    tests = [line for condition, factories in choices for line in _choice(condition, factories)]
    signature = ITEM if tests else ""
    return "\n".join(
        [
            f"def pytest_asyncio_loop_factories({signature}):",
            '    """Choose how the event loops of async tests are made."""',
            *tests,
            f"    return {otherwise}",
        ]
    )


def _choice(condition: str, factories: str) -> tuple[str, str]:
    return f"    if {condition}:", f"        return {factories}"


def one_of(names: list[str]) -> str:
    """Return the condition that the test is in a module with one of these file names."""
    if len(names) == 1:
        return f'{ITEM}.path.name == "{names[0]}"'
    quoted = [f'"{name}"' for name in names]
    short = f"{ITEM}.path.name in ({', '.join(quoted)})"
    if len(short) + len("    if :") <= _WIDTH:
        return short
    return f"{ITEM}.path.name in (\n" + "".join(f"        {name},\n" for name in quoted) + "    )"


def is_file(name: str) -> str:
    """Return the condition that the test is in the module beside the conftest.py; it needs ``pathlib.Path``."""
    return f'{ITEM}.path == Path(__file__).with_name("{name}")'


def in_class(name: str, qualname: str) -> str:
    """Return the condition that the test is in a class of a module called ``name``."""
    inside = "::".join([name, *qualname.split(".")])
    return f'"/{inside}::" in f"/{{{ITEM}.nodeid}}"'


def maker_code(name: str, expression: str) -> str:
    """Return the function that makes a loop with the callable ``expression`` gives."""
    return f'def {name}():\n    """Make the event loop of a test."""\n    return {expression}()'


def policy_code(name: str, expression: str) -> str:
    """Return the class of event loop policies that make their loops with ``expression``."""
    return "\n".join(
        [
            f"class {name}(asyncio.DefaultEventLoopPolicy):",
            '    """Choose how event loops are made."""',
            "",
            "    def new_event_loop(self):",
            f"        return {expression}()",
        ]
    )


def policy_fixture_code(policy: str) -> str:
    """Return the fixture that gives pytest-asyncio the policy; it lives as long as any loop can."""
    return "\n".join(
        [
            '@pytest.fixture(scope="session")',
            "def event_loop_policy():",
            '    """Return the policy that makes the event loops of async tests."""',
            f"    return {policy}()",
        ]
    )
