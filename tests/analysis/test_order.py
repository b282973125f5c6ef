"""Tests that run on whichever loop is the current one: measured on 0.23.8, 0.26.0, 1.1.0 and 1.5.0."""

from __future__ import annotations

import pytest
from analysis_tree import graph, linked

from codemod.analysis.loops import Layout
from codemod.analysis.models import model_for
from codemod.analysis.order import unsettled
from codemod.scopes import Scope

HEAD = "import pytest\nimport pytest_asyncio\n\n"
OLD, RESTORED, HIJACK, NEW = "0.23.8", "0.26.0", "1.1.0", "1.5.0"


def fixture(name: str, scope: str, loop: str = "", needs: str = "") -> str:
    given = f", loop_scope={loop!r}" if loop else ""
    return f"@pytest_asyncio.fixture(scope={scope!r}{given})\nasync def {name}({needs}): ...\n"


def test(name: str, scope: str = "function", needs: str = "", kind: str = "async ") -> str:
    return f"@pytest.mark.asyncio(scope={scope!r})\n{kind}def test_{name}({needs}): ...\n"


test.__test__ = False  # type: ignore[attr-defined]


def left_open(version: str, text: str, layout: Layout | None = None, **files: str) -> str:
    """Return the last letters of the tests, of test_a.py and others in order, whose loop is not known."""
    sources = {"test_a.py": text, **{f"{name}.py": text for name, text in files.items()}}
    found = graph({path: HEAD + source for path, source in sources.items()})
    order = linked(found)
    open_ = unsettled(found, order, layout or Layout(), model_for(version))
    return "".join(one.item.name[-1] for one in order if one.item.id in open_)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (test("a", "module") + test("b", "module"), {}),
        # The loop of a test leaves a fresh one behind, from 0.25.1 on the one before.
        (test("a", "module") + test("b") + test("c", "module"), {OLD: "c"}),
        # A loop that outlives the test in between, wider or narrower, stays the current one.
        (test("a", "module") + test("b", "session") + test("c", "module"), {OLD: "c", RESTORED: "c", HIJACK: "c"}),
        (test("a", "session") + test("b", "module") + test("c", "session"), {OLD: "c", RESTORED: "c", HIJACK: "c"}),
        # So does the one made for the mark of a sync test.
        (
            test("a", "module") + test("b", "session", kind="") + test("c", "module"),
            {OLD: "c", RESTORED: "c", HIJACK: "c"},
        ),
        (test("a", "module") + test("b", "module", kind="") + test("c", "module"), {}),
        # One made for a fixture of the test itself is made before its own, which may be there already, though.
        (fixture("f", "session") + test("a", "module", "f") + test("b", "module", "f"), {}),
        (
            fixture("f", "session") + test("a", "module") + test("b", "module", "f"),
            {OLD: "b", RESTORED: "b", HIJACK: "b"},
        ),
        (fixture("f", "session") + test("a") + test("b", needs="f") + test("c", needs="f"), {}),
    ],
)
def test_another_loop_may_have_become_current(text: str, expected: dict[str, str]) -> None:
    found = {version: left_open(version, text) for version in (OLD, RESTORED, HIJACK, NEW)}
    assert {version: names for version, names in found.items() if names} == expected


@pytest.mark.parametrize("version", [RESTORED, HIJACK])
def test_a_loop_of_another_module_is_gone(version: str) -> None:
    """When a module ends, the loop comes back that was current before: the session loop made meanwhile does not."""
    files = {"test_b": test("c", "module"), "test_c": test("d", "session")}
    assert left_open(version, test("a", "module") + test("b", "session"), **files) == "d"
    assert left_open(version, test("b", "session"), test_b=test("c", "module") + test("d", "module")) == ""


@pytest.mark.parametrize("version", [RESTORED, HIJACK])
def test_a_fixture_that_makes_the_loop_of_the_test_early(version: str) -> None:
    """Both live for one test: the order of the names decides whose loop is made last, if it is made now."""
    both = fixture("f", "function", "function") + fixture("g", "function", "session")
    assert left_open(version, both + test("a", needs="f, g") + test("b", needs="f, g")) == "a"
    wide = fixture("f", "function", "function") + fixture("g", "module", "session")
    assert left_open(version, wide + test("a", needs="f, g")) == ""


@pytest.mark.parametrize("version", [RESTORED, HIJACK])
def test_an_overridden_fixture_is_set_up_when_the_one_that_hides_it_is(version: str) -> None:
    wide = fixture("f", "module", "module")
    own = fixture("f", "function", "function", needs="f") + fixture("g", "function", "function")
    assert left_open(version, own + test("a", needs="g, f"), conftest=wide) == "a"
    assert left_open(version, own.replace("def f(f)", "def h(f)") + test("a", needs="g, h"), conftest=wide) == ""


@pytest.mark.parametrize("version", [OLD, RESTORED])
def test_an_override_leaves_no_loop_current(version: str) -> None:
    override = "@pytest.fixture\ndef event_loop():\n    yield 1\n"
    files = {"test_b": override + test("b"), "test_c": test("c", "session")}
    assert left_open(version, test("a", "session"), **files) == "c"


def test_an_override_that_is_named_is_made_among_the_wide_fixtures() -> None:
    """Measured on 0.23.8: the test runs on the session loop of the fixture, not on that of the override."""
    override = "@pytest.fixture(scope='session')\ndef event_loop():\n    yield 1\n"
    assert left_open(OLD, override + fixture("f", "session", needs="event_loop") + test("a", needs="f")) == "a"
    assert left_open(OLD, override + fixture("f", "session") + test("a", needs="f")) == ""


def test_after_a_test_that_is_refused_nothing_is_known() -> None:
    refused = fixture("f", "session", "module") + test("a", "session", "f")
    assert left_open(HIJACK, refused + test("b", "session") + test("c")) == "ab"


def test_nothing_is_open_where_everything_follows_event_loop() -> None:
    text = test("a", "module") + test("b") + test("c", "session") + test("d", "module")
    assert left_open("0.21.2", text) == ""


def test_the_default_of_tests_counts() -> None:
    text = test("a", "module") + test("b").replace("(scope='function')", "") + test("c", "module")
    assert left_open(HIJACK, text) == ""
    assert left_open(HIJACK, text, Layout(test_default=Scope.SESSION)) == "c"
