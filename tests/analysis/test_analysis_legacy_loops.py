"""Loops before pytest-asyncio 1.0: what ``event_loop`` means for an item, and what the scopes of 0.23 add."""

from __future__ import annotations

import pytest
from analysis_tree import graph, linked

from codemod.analysis.crossings import diagnose
from codemod.analysis.loops import Layout
from codemod.analysis.models import has, mode_of, model_for
from codemod.analysis.placement import MULTIPLE_LOOPS, NO_SUCH_LOOP, NOT_PART_OF, LoopKey, LoopRef, Placement
from codemod.analysis.resolve import FixtureKey
from codemod.knowledge import versions
from codemod.scopes import Scope

OVERRIDE = "@pytest.fixture(scope={!r})\ndef event_loop():\n    yield 1\n"
HEAD = "import pytest\nimport pytest_asyncio\n\n"
TESTS = "async def test_a(fx): ...\nasync def test_b(fx): ...\n"


def fixture(scope: str = "function", loop: str = "") -> str:
    return f"@pytest_asyncio.fixture(scope={scope!r}{loop})\nasync def fx(): ...\n"


def placed(files: dict[str, str], version: str, layout: Layout | None = None) -> dict[str, Placement]:
    """Return where each test of an auto-mode project runs, by node id."""
    found = graph({path: HEAD + text for path, text in files.items()}, "auto")
    model = model_for(version)
    return {one.item.id: model.place(found, one, layout or Layout()) for one in linked(found)}


def keys(files: dict[str, str], version: str) -> list[LoopKey]:
    """Return the loop object of each test."""
    found = graph({path: HEAD + text for path, text in files.items()}, "auto")
    loops = [(one.item, model_for(version).place(found, one, Layout()).test_loop) for one in linked(found)]
    return [loop.key(item, 0) for item, loop in loops if loop is not None]


# --- versions --------------------------------------------------------------------------------------------------------


def test_every_known_version_has_a_model() -> None:
    for version in versions().known:
        assert model_for(version).place
    assert [v for v in versions().known if not has(v, "repaired")][-1] == "0.26.0"


@pytest.mark.parametrize(
    ("version", "option", "mode"),
    [
        ("0.16.0", None, "legacy"),
        ("0.16.0", "strict", "legacy"),
        ("0.17.0", None, "legacy"),
        ("0.18.3", "strict", "strict"),
        ("0.19.0", None, "strict"),
        ("0.19.0", "legacy", "legacy"),
        ("0.20.0", "legacy", "strict"),
        ("0.21.2", "auto", "auto"),
        ("1.5.0", None, "strict"),
    ],
)
def test_the_mode_in_force(version: str, option: str | None, mode: str) -> None:
    assert mode_of(version, option) == mode


@pytest.mark.parametrize(("mode", "handled"), [("legacy", True), ("auto", True), ("strict", False)])
def test_plain_async_fixtures_are_run_in_legacy_mode(mode: str, handled: bool) -> None:
    files = {"test_one.py": HEAD + "@pytest.fixture\nasync def fx(): ...\n@pytest.mark.asyncio\n" + TESTS}
    found = graph(files, mode)
    assert bool(model_for("0.18.3").place(found, linked(found)[0], Layout()).loops) is handled


def test_legacy_mode_runs_no_unmarked_test() -> None:
    found = graph({"test_one.py": HEAD + TESTS}, "legacy")
    assert {item.kind for item in found.items} == {"unhandled"}


# --- event_loop ------------------------------------------------------------------------------------------------------


def test_without_an_override_each_test_has_a_loop_and_its_fixtures_share_it() -> None:
    found = placed({"conftest.py": fixture(), "test_one.py": TESTS}, "0.21.2")
    assert {place.test_loop for place in found.values()} == {LoopRef(Scope.FUNCTION)}
    assert all(set(place.loops.values()) == {place.test_loop} for place in found.values())
    assert len(set(keys({"conftest.py": fixture(), "test_one.py": TESTS}, "0.21.2"))) == 2


@pytest.mark.parametrize(
    ("scope", "loops"), [("function", 6), ("class", 5), ("module", 2), ("package", 1), ("session", 1)]
)
def test_loops_of_an_override_in_the_root(scope: str, loops: int) -> None:
    class_ = "class TestIn:\n    async def test_c(self): ...\n    async def test_d(self): ...\n"
    files = {
        "conftest.py": OVERRIDE.format(scope) + fixture(),
        "p/__init__.py": "",
        "p/test_one.py": TESTS + class_,
        "test_two.py": TESTS,
    }
    assert len(set(keys(files, "0.21.2"))) == loops


@pytest.mark.parametrize(("version", "loops"), [("0.21.2", 0), ("0.23.8", 0), ("0.24.0", 1), ("0.26.0", 1)])
def test_a_package_override_in_a_package_makes_one_loop_from_pytest_8_on(version: str, loops: int) -> None:
    """Measured: under pytest 7.4 one loop for p and one for all packages below it, or a single one with `pytest p`."""
    files = {
        "p/conftest.py": OVERRIDE.format("package") + fixture(),
        "p/test_1.py": TESTS,
        "p/sub/test_2.py": TESTS,
        "p/test_3.py": TESTS,
    }
    assert len(set(keys(files, version))) == loops
    assert all(place.unknown_test is not bool(loops) for place in placed(files, version).values())


@pytest.mark.parametrize(("version", "known"), [("0.21.2", True), ("0.22.0", False)])
def test_the_mark_of_0_22_gives_loops_that_are_not_followed(version: str, known: bool) -> None:
    text = TESTS + "@pytest.mark.asyncio_event_loop\nclass TestIt:\n    async def test_c(self, fx): ...\n"
    found = placed({"conftest.py": fixture(), "test_one.py": text}, version)
    assert [place.unknown_test for place in found.values()] == [False, False, not known]
    assert [bool(place.unknown) for place in found.values()] == [False, False, not known]


def test_the_nearest_override_counts_and_a_shared_fixture_follows_the_test() -> None:
    files = {
        "conftest.py": OVERRIDE.format("session") + fixture(),
        "test_one.py": TESTS,
        "api/conftest.py": OVERRIDE.format("session"),
        "api/test_two.py": TESTS,
    }
    for test, place in placed(files, "0.21.2").items():
        home = "api/conftest.py" if test.startswith("api/") else "conftest.py"
        expected = LoopRef(Scope.SESSION, FixtureKey(home, "event_loop"))
        assert (place.test_loop, *place.loops.values()) == (expected, expected)


def test_an_async_override_makes_no_loop() -> None:
    shim = "@pytest_asyncio.fixture(scope='session')\nasync def event_loop(): ...\n"
    found = placed({"conftest.py": shim + fixture(), "test_one.py": TESTS}, "0.21.2")
    assert {place.test_loop for place in found.values()} == {LoopRef(Scope.FUNCTION)}


def test_a_computed_scope_of_the_override_is_unknown() -> None:
    text = "@pytest.fixture(scope=pick())\ndef event_loop(): ...\n"
    place = placed({"conftest.py": text + fixture(), "test_one.py": TESTS}, "0.21.2")["test_one.py::test_a"]
    assert place.unknown_test
    assert place.unknown == (FixtureKey("conftest.py", "fx"),)


@pytest.mark.parametrize("version", ["0.10.0", "0.16.0", "0.19.0", "0.21.2"])
@pytest.mark.parametrize(
    ("override", "cache", "refused"),
    [
        ("", "module", True),
        ("module", "session", True),
        ("session", "session", False),
        ("module", "class", False),
        ("", "function", False),
    ],
)
def test_a_fixture_wider_than_event_loop_is_a_mismatch(version: str, override: str, cache: str, refused: bool) -> None:
    text = (OVERRIDE.format(override) if override else "") + fixture(cache)
    found = graph({"conftest.py": HEAD + text, "test_one.py": TESTS}, "auto")
    assert bool(diagnose(found, linked(found), Layout(), model_for(version)).mismatches) is refused


def test_marks_and_options_do_not_matter_before_scopes() -> None:
    files = {"test_one.py": "@pytest.mark.asyncio(scope='session', loop_scope='session')\nasync def test_a(): ...\n"}
    found = placed(files, "0.21.2", Layout(Scope.SESSION, Scope.SESSION))
    assert [place.test for place in found.values()] == [Scope.FUNCTION]


# --- 0.23 to 0.26 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "version", "scope"),
    [
        ("scope", "0.23.8", Scope.MODULE),
        ("loop_scope", "0.23.8", Scope.FUNCTION),
        ("scope", "0.24.0", Scope.MODULE),
        ("loop_scope", "0.24.0", Scope.MODULE),
    ],
)
def test_which_keyword_of_the_mark_is_read(keyword: str, version: str, scope: Scope) -> None:
    text = f"@pytest.mark.asyncio({keyword}='module')\nasync def test_a(): ...\n"
    assert [place.test for place in placed({"test_one.py": text}, version).values()] == [scope]


@pytest.mark.parametrize(
    ("version", "test", "cached"),
    [
        ("0.23.8", Scope.FUNCTION, Scope.MODULE),
        ("0.25.3", Scope.FUNCTION, Scope.SESSION),
        ("0.26.0", Scope.SESSION, Scope.SESSION),
    ],
)
def test_which_options_are_read(version: str, test: Scope, cached: Scope) -> None:
    files = {"conftest.py": fixture("module"), "test_one.py": TESTS}
    place = placed(files, version, Layout(Scope.SESSION, Scope.SESSION))["test_one.py::test_a"]
    assert (place.test, *place.fixtures.values()) == (test, cached)


def test_an_override_is_the_function_loop_until_0_26() -> None:
    files = {"conftest.py": OVERRIDE.format("session") + fixture("session"), "test_one.py": TESTS}
    expected = LoopRef(Scope.SESSION, FixtureKey("conftest.py", "event_loop"))
    (place, _) = placed(files, "0.26.0", Layout(fixture_default=Scope.FUNCTION)).values()
    assert (place.test_loop, *place.loops.values()) == (expected, expected)
    (place, _) = placed(files, "0.26.0").values()
    assert (place.test_loop, *place.loops.values()) == (expected, LoopRef(Scope.SESSION))


WIDE = "@pytest.mark.asyncio(scope={!r})\nasync def test_a({}): ...\n"


@pytest.mark.parametrize("version", ["0.23.8", "0.24.0", "0.26.0"])
@pytest.mark.parametrize(
    ("conftest", "test", "kind"),
    [
        (fixture(), WIDE.format("module", "fx"), MULTIPLE_LOOPS),
        ("", WIDE.format("module", "event_loop"), MULTIPLE_LOOPS),
        ("", "@pytest.mark.usefixtures('event_loop')\n" + WIDE.format("module", ""), MULTIPLE_LOOPS),
        ("@pytest.fixture\ndef fx(event_loop): ...\n", WIDE.format("module", "fx"), MULTIPLE_LOOPS),
        ("", WIDE.format("class", ""), NOT_PART_OF),
        ("", WIDE.format("package", ""), NOT_PART_OF),
        (fixture("class"), WIDE.format("function", "fx"), NOT_PART_OF),
        ("", WIDE.format("function", "event_loop"), ""),
        (fixture("session"), WIDE.format("module", "fx"), ""),
    ],
)
def test_what_is_refused(version: str, conftest: str, test: str, kind: str) -> None:
    (place,) = placed({"conftest.py": conftest, "test_one.py": test}, version).values()
    assert next((refusal.kind for refusal in place.refusals), "") == kind


@pytest.mark.parametrize(("version", "refused"), [("0.23.8", ["", NO_SUCH_LOOP]), ("0.24.0", ["", ""])])
def test_a_module_fixture_of_a_conftest_breaks_in_the_second_module_of_0_23(version: str, refused: list[str]) -> None:
    test = "async def test_a(fx): ...\n"
    found = placed({"conftest.py": fixture("module"), "test_one.py": test, "test_two.py": test}, version)
    assert [next((r.kind for r in place.refusals), "") for place in found.values()] == refused


def test_a_module_fixture_of_each_module_works_in_0_23() -> None:
    text = fixture("module") + TESTS
    assert not [p for p in placed({"test_one.py": text, "test_two.py": text}, "0.23.8").values() if p.refusals]


def test_a_refused_item_uses_nothing() -> None:
    text = "import asyncpg\n\n@pytest_asyncio.fixture\nasync def fx():\n    return await asyncpg.connect('x')\n"
    test = "@pytest.mark.asyncio(scope='module')\nasync def test_a(fx):\n    await fx.fetch('select 1')\n"
    found = graph({"test_one.py": HEAD + text + test})
    diagnosis = diagnose(found, linked(found), Layout(), model_for("0.26.0"))
    assert [(item.name, refusal.kind) for item, refusal in diagnosis.refusals] == [("test_a", MULTIPLE_LOOPS)]
    assert not diagnosis.crossings


def test_a_loop_made_after_the_tests_own_takes_it_along() -> None:
    """Measured: in 0.23.8 the second test is on the session loop only where the first needs the fixture too."""
    asks = "@pytest.mark.asyncio(scope='session')\nasync def test_{}({}): ...\n"
    alone = placed({"conftest.py": fixture("module"), "test_one.py": asks.format("b", "fx")}, "0.23.8")
    after = {"conftest.py": fixture("module"), "test_one.py": asks.format("a", "") + asks.format("b", "fx")}
    assert [(place.test, place.mixed) for place in alone.values()] == [(Scope.SESSION, False)]
    both = [(place.test, place.mixed) for place in placed(after, "0.23.8").values()]
    assert both == [(Scope.SESSION, False), (Scope.MODULE, True)]


# --- what is known when a test is collected --------------------------------------------------------------------------

WIDE = "@pytest.mark.asyncio(scope='session')\n"


def refused(files: dict[str, str], version: str) -> list[str]:
    """Return why each test is refused, "" for one that is not."""
    return [next((r.kind for r in place.refusals), "") for place in placed(files, version).values()]


@pytest.mark.parametrize("version", ["0.23.8", "0.26.0"])
@pytest.mark.parametrize(
    ("test", "kind"),
    [
        (f"{WIDE}async def test_a(fx): ...\n", MULTIPLE_LOOPS),
        # The mark of a sync test counts.
        (f"{WIDE}def test_a(fx): ...\n", MULTIPLE_LOOPS),
        ("def test_a(fx): ...\n", ""),
        # A fixture that is overridden, or asked for in a body, is not known of.
        (f"@pytest.fixture\ndef fx(fx): ...\n{WIDE}async def test_a(fx): ...\n", ""),
        (f"{WIDE}async def test_a(request):\n    request.getfixturevalue('fx')\n", ""),
    ],
)
def test_a_test_with_a_wide_loop_must_not_be_known_to_need_event_loop(version: str, test: str, kind: str) -> None:
    assert refused({"conftest.py": fixture(), "test_one.py": test}, version) == [kind]


def test_the_option_is_looked_at_only_for_tests_with_a_mark() -> None:
    """Measured on 0.26.0: auto mode marks a test after that, so it runs on its fixture's loop or on the wide one."""
    files = {"conftest.py": fixture(), "test_one.py": "@pytest.mark.asyncio\n" + TESTS}
    found = placed(files, "0.26.0", Layout(fixture_default=Scope.FUNCTION, test_default=Scope.SESSION))
    assert [[refusal.kind for refusal in place.refusals] for place in found.values()] == [[MULTIPLE_LOOPS], []]
    assert [place.asked for place in found.values()] == [LoopRef(Scope.SESSION)] * 2


@pytest.mark.parametrize(("version", "kind"), [("0.23.8", ""), ("0.24.0", MULTIPLE_LOOPS)])
def test_in_0_23_a_fixture_may_bring_the_wide_loop_first(version: str, kind: str) -> None:
    pool = "@pytest_asyncio.fixture(scope='session')\nasync def pool(): ...\n"
    files = {"conftest.py": fixture() + pool, "test_one.py": f"{WIDE}async def test_a(fx, pool): ...\n"}
    assert refused(files, version) == [kind]
    assert refused({**files, "test_one.py": f"{WIDE}async def test_a(fx): ...\n"}, version) == [MULTIPLE_LOOPS]


def test_in_0_23_it_must_be_the_same_loop() -> None:
    """A module fixture of a conftest brings the loop of the first module that was collected."""
    pool = "@pytest_asyncio.fixture(scope='module')\nasync def pool(): ...\n"
    test = "@pytest.mark.asyncio(scope='module')\nasync def test_a(fx, pool): ...\n"
    files = {"conftest.py": fixture() + pool, "test_one.py": test, "test_two.py": test}
    assert refused(files, "0.23.8") == ["", MULTIPLE_LOOPS]
