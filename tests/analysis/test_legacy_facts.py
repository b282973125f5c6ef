"""What a file says about loops in the manner of pytest-asyncio before 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from analysis_tree import workspace

if TYPE_CHECKING:
    from codemod.analysis.legacy_facts import LegacyFacts

HEAD = "import asyncio, contextlib, os, sys, uvloop\nimport pytest\nfrom helpers import make_loop, setup\n"
MAKE = "loop = asyncio.new_event_loop()\n"
END = "yield loop\nloop.close()\n"
TASKS = "tasks = asyncio.all_tasks(loop)\nfor task in tasks:\n    task.cancel()\n"


def function(text: str, name: str = "event_loop") -> LegacyFacts | None:
    """Return the facts of one function of a conftest."""
    facts = workspace({"conftest.py": text}).module("conftest.py")
    assert facts is not None
    found = facts.function(name)
    assert found is not None
    return found.legacy


def summary(body: str, params: str = "") -> str:
    """Return in words what a body was found to do, "plain" where it makes nothing but a loop."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    legacy = function(f"{HEAD}\n@pytest.fixture\ndef event_loop({params}):\n{indented}")
    found = legacy.body if legacy is not None else None
    if found is None:
        return "no loop"
    if not found.known:
        return "unknown"
    words = [
        f"factory {found.factory}" if found.factory else "",
        f"helper {found.helper}" if found.helper else "",
        f"if {found.conditional}" if found.conditional else "",
        "debug" if found.debug else "",
        *(f"{'uses' if extra.touches_loop else 'does'} {extra.text}" for extra in found.extras),
        "" if found.whole else "in blocks",
    ]
    return ", ".join(word for word in words if word) or "plain"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # plain
        (MAKE + END, "plain"),
        ('"""A loop."""\n' + MAKE + END, "plain"),
        ("return asyncio.get_event_loop()\n", "plain"),
        ("return asyncio.events.new_event_loop()\n", "plain"),
        ("yield asyncio.new_event_loop()\n", "plain"),
        ("loop: asyncio.AbstractEventLoop = asyncio.get_event_loop_policy().new_event_loop()\n" + END, "plain"),
        ("policy = asyncio.get_event_loop_policy()\nloop = policy.new_event_loop()\n" + END, "plain"),
        (MAKE + "asyncio.set_event_loop(loop)\nyield loop\nasyncio.set_event_loop(None)\nloop.close()\n", "plain"),
        ("asyncio.set_event_loop_policy(None)\n" + MAKE + END, "plain"),
        (MAKE + "loop.set_debug(False)\n" + END, "plain"),
        (MAKE + "yield loop\nloop.run_until_complete(loop.shutdown_asyncgens())\nloop.close()\n", "plain"),
        (MAKE + "try:\n    yield loop\nfinally:\n    loop.close()\n", "plain"),
        # in blocks, which go as a whole
        (MAKE + "yield loop\nif not loop.is_closed():\n    loop.close()\n", "in blocks"),
        (MAKE + "yield loop\n" + TASKS + "loop.close()\n", "in blocks"),
        (MAKE + f"yield loop\n{TASKS}loop.run_until_complete(asyncio.gather(*tasks))\nloop.close()\n", "in blocks"),
        (
            "try:\n    loop = asyncio.get_running_loop()\nexcept RuntimeError:\n    loop = asyncio.new_event_loop()\n"
            + END,
            "in blocks",
        ),
        # another kind of loop
        (MAKE + "loop.set_debug(True)\n" + END, "debug"),
        ("loop = asyncio.SelectorEventLoop()\n" + END, "factory asyncio.SelectorEventLoop"),
        ("loop = uvloop.new_event_loop()\n" + END, "factory uvloop.new_event_loop"),
        ("loop = uvloop.Loop()\n" + END, "factory uvloop.Loop"),
        ("loop = asyncio.SelectorEventLoop(None)\n" + END, "factory lambda: asyncio.SelectorEventLoop(None)"),
        ("uvloop.install()\n" + MAKE + END, "factory uvloop.new_event_loop"),
        (
            "asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())\n" + MAKE + END,
            "factory uvloop.new_event_loop",
        ),
        ("loop = uvloop.EventLoopPolicy().new_event_loop()\n" + END, "factory uvloop.EventLoopPolicy().new_event_loop"),
        ("loop = make_loop()\n" + END, "helper helpers.make_loop"),
        # a kind that depends on where it runs
        (
            "if sys.platform == 'win32':\n    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())\n" + MAKE + END,
            "if sys.platform == 'win32'",
        ),
        # more than a loop
        ("setup()\n" + MAKE + END, "does setup()"),
        (MAKE + "os.environ['A'] = '1'\n" + END, "does os.environ['A'] = '1'"),
        (MAKE + "loop.set_exception_handler(None)\n" + END, "uses loop.set_exception_handler(None)"),
        (MAKE + "loop.set_debug(bool(os.getenv('DEBUG')))\n" + END, "uses loop.set_debug(bool(os.getenv('DEBUG')))"),
        (MAKE + "loop.run_until_complete(setup())\n" + END, "uses loop.run_until_complete(setup())"),
        (MAKE + "setup(loop)\n" + END, "uses setup(loop)"),
        (MAKE + "loop.slow_callback_duration = 1\n" + END, "uses loop.slow_callback_duration = 1"),
        (MAKE + "with setup():\n    yield loop\n", "no loop"),
        # not to be read
        ("yield LOOP\n", "unknown"),
        ("loop = asyncio.new_event_loop() if sys.argv else None\n" + END, "unknown"),
        ("loop = request.param()\n" + END, "unknown"),
        ("loop = uvloop.Loop()\nother = asyncio.SelectorEventLoop()\n" + END, "unknown"),
        ("with contextlib.closing(asyncio.new_event_loop()) as loop:\n    yield loop\n", "no loop"),
        ("pass\n", "no loop"),
        (MAKE + "loop.close()\n", "no loop"),
    ],
)
def test_what_a_body_does(body: str, expected: str) -> None:
    assert summary(body, "request" if "request" in body else "") == expected


def test_two_handed_loops_cannot_be_taken_out() -> None:
    body = "if sys.argv:\n    yield asyncio.new_event_loop()\nelse:\n    yield asyncio.new_event_loop()\n"
    assert summary(body) == "in blocks"


def test_annotation_of_what_is_handed_over() -> None:
    text = "import asyncio\nfrom collections.abc import Iterator\n\ndef event_loop() -> Iterator[asyncio.Loop]:\n    "
    legacy = function(text + "yield asyncio.new_event_loop()\n")
    assert legacy is not None
    assert legacy.body is not None
    span = legacy.body.annotation
    assert span is not None
    assert (span.column, span.end_column) == (
        len("def event_loop() -> Iterator["),
        len("def event_loop() -> Iterator[") + 12,
    )
    assert legacy.body.yields


POLICY = "asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())\n"


@pytest.mark.parametrize(
    ("body", "policy", "names"),
    [
        (POLICY + MAKE + END, POLICY.rstrip(), ("asyncio", "uvloop")),
        ("# why\n" + POLICY + MAKE + END, "# why\n" + POLICY.rstrip(), ("asyncio", "uvloop")),
        ("if sys.argv:\n    uvloop.install()\n" + MAKE + END, "if sys.argv:\n    uvloop.install()", ("sys", "uvloop")),
        (MAKE + "asyncio.set_event_loop_policy(None)\n" + END, "", ()),
        (MAKE + END, "", ()),
        (POLICY + POLICY + MAKE + END, "", ("asyncio", "uvloop")),
        ("if sys.argv:\n    uvloop.install()\n    setup()\n" + MAKE + END, "", ()),
    ],
)
def test_the_one_statement_that_sets_a_policy(body: str, policy: str, names: tuple[str, ...]) -> None:
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    legacy = function(f"{HEAD}\n@pytest.fixture\ndef event_loop():\n{indented}")
    assert legacy is not None
    assert legacy.body is not None
    assert (legacy.body.policy, legacy.body.policy_names) == (policy, names)


# --- uses of the parameter -------------------------------------------------------------------------------------------


def uses(body: str) -> list[tuple[str, str, bool]]:
    legacy = function(f"import asyncio\n\nasync def test_a(event_loop):\n    {body}\n", "test_a")
    assert legacy is not None
    assert legacy.parameter
    return [(use.kind, use.name, use.nested) for use in legacy.uses]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", []),
        ('"""Uses event_loop."""', []),
        ("event_loop.close()", [("call", "close", False)]),
        ("await event_loop.create_task(f(event_loop))", [("call", "create_task", False), ("value", "", False)]),
        ("handle = event_loop.call_soon", [("attribute", "call_soon", False)]),
        ("assert event_loop is asyncio.get_running_loop()", [("value", "", False)]),
        ("callback = lambda: event_loop.time()", [("call", "time", True)]),
        ("self.event_loop.close()", []),
        ("f(event_loop=1)", []),
    ],
)
def test_uses_of_the_parameter(body: str, expected: list[tuple[str, str, bool]]) -> None:
    assert uses(body) == expected


# --- the current loop ------------------------------------------------------------------------------------------------


def asks(body: str, imports: str = "import asyncio") -> bool:
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    legacy = function(f"# event_loop\n{imports}\n\ndef fixture():\n{indented}", "fixture")
    return legacy is not None and bool(legacy.current)


@pytest.mark.parametrize(
    "body",
    [
        "return asyncio.get_event_loop()",
        "loop = asyncio.get_event_loop_policy().get_event_loop()",
        "with open('x') as f:\n    f(asyncio.get_event_loop())",
        "try:\n    asyncio.get_event_loop()\nexcept ValueError:\n    pass",
        "try:\n    pass\nexcept RuntimeError:\n    pass\nelse:\n    asyncio.get_event_loop()",
        "asyncio.set_event_loop(None)\nasyncio.get_event_loop()",
        "asyncio.get_event_loop()\nasyncio.set_event_loop(asyncio.new_event_loop())",
        "asyncio.set_event_loop(asyncio.get_event_loop())",
    ],
)
def test_code_that_needs_a_current_loop(body: str) -> None:
    assert asks(body)


@pytest.mark.parametrize(
    "body",
    [
        "return asyncio.new_event_loop()",
        "return asyncio.get_running_loop()",
        "def inner():\n    return asyncio.get_event_loop()",
        "return lambda: asyncio.get_event_loop()",
        "try:\n    asyncio.get_event_loop()\nexcept RuntimeError:\n    pass",
        "try:\n    asyncio.get_event_loop()\nexcept (ValueError, Exception):\n    pass",
        "try:\n    asyncio.get_event_loop()\nexcept:\n    pass",
        "asyncio.set_event_loop(asyncio.new_event_loop())\nreturn asyncio.get_event_loop()",
        "client.get_event_loop()",
    ],
)
def test_code_that_needs_none(body: str) -> None:
    assert not asks(body)


def test_other_functions_have_no_such_facts() -> None:
    assert function("# event_loop\ndef helper(x):\n    return x\n", "helper") is None
    assert function("# event_loop\nasync def fetch(session):\n    return session\n", "fetch") is None
