"""Who shares a loop with whom, and what counts as a difference."""

from __future__ import annotations

from analysis_tree import graph, linked

from codemod.analysis.loops import Layout
from codemod.analysis.models import model_for
from codemod.analysis.placement import LoopKey  # noqa: TC001
from codemod.analysis.relations import Relations, difference, relations
from codemod.analysis.resolve import FixtureKey
from codemod.scopes import Scope

HEAD = "import asyncio\nimport pytest\nimport pytest_asyncio\n"
POOL = FixtureKey("test_one.py", "pool")
ROW = FixtureKey("test_one.py", "row")
ID = "test_one.py::test_a"
SUITE = (
    HEAD
    + "@pytest_asyncio.fixture(scope='module')\nasync def pool(): ...\n"
    + "@pytest_asyncio.fixture\nasync def row(pool): ...\n"
    + "async def test_a(row): ...\nasync def test_b(pool): ...\n"
)
OVERRIDE = "@pytest.fixture(scope='module')\ndef event_loop():\n    yield asyncio.new_event_loop()\n"


def related(text: str, version: str, **layout: object) -> Relations:
    found = graph({"test_one.py": text}, "auto")
    return relations(found, linked(found), Layout(**layout), model_for(version))  # type: ignore[arg-type]


def grouped(found: Relations, item: str = ID) -> list[set[str]]:
    """Return the names of an item by the loop they share."""
    loops = found.loops[item]
    groups = {loop: {k.qualname if k else "test" for k in loops if loops[k] == loop} for loop in loops.values()}
    return sorted(groups.values(), key=sorted)


def of(**loops: str) -> Relations:
    """Return relations of one item: loops by name."""
    keys = {"test": None, "pool": POOL, "row": ROW}
    return Relations({ID: {keys[name]: _loop(word) for name, word in loops.items()}})


def _loop(word: str) -> LoopKey:
    return ("function", word)


ITEM = next(item for item in graph({"test_one.py": SUITE}, "auto").items if item.id == ID)


def differing(before: Relations, after: Relations) -> str:
    found = difference(before, after, [ITEM])
    if found is None:
        return ""
    return found[1].qualname if found[1] is not None else "test"


# --- relations -------------------------------------------------------------------------------------------------------


def test_everything_shares_the_loop_of_an_override() -> None:
    assert grouped(related(OVERRIDE + SUITE, "0.21.2")) == [{"pool", "row", "test"}]


def test_cache_scopes_are_loops_from_0_23_on() -> None:
    assert grouped(related(SUITE, "0.23.8")) == [{"pool"}, {"row", "test"}]
    assert grouped(related(SUITE, "1.5.0")) == [{"pool"}, {"row", "test"}]


def test_options_bring_them_together() -> None:
    found = related(SUITE, "1.5.0", fixture_default=Scope.MODULE, test_default=Scope.MODULE)
    assert grouped(found) == [{"pool", "row", "test"}]
    assert found.unknown == frozenset()


def test_what_is_refused_is_unknown() -> None:
    found = related(SUITE, "0.21.2")
    assert found.loops == {}
    assert found.unknown == {ID, "test_one.py::test_b"}


def test_a_fixture_narrower_than_its_cache_is_refused() -> None:
    assert ID in related(SUITE, "1.5.0", fixture_default=Scope.FUNCTION).unknown


def test_a_wide_fixture_keeps_the_loop_of_its_first_item() -> None:
    text = HEAD + "@pytest_asyncio.fixture(scope='session', loop_scope='module')\nasync def pool(): ...\n"
    assert related(text + "async def test_a(pool): ...\n", "1.5.0").unknown == {ID}
    found = graph(
        {
            "conftest.py": HEAD + "@pytest_asyncio.fixture(scope='session')\nasync def pool(): ...\n",
            "test_one.py": HEAD + "async def test_a(pool): ...\n",
            "test_two.py": HEAD + "async def test_a(pool): ...\n",
        },
        "auto",
    )
    loops = relations(found, linked(found), Layout(), model_for("1.5.0")).loops
    key = FixtureKey("conftest.py", "pool")
    assert loops[ID][key] == loops["test_two.py::test_a"][key]


# --- differences -----------------------------------------------------------------------------------------------------


def test_other_loops_with_the_same_sharing_do_not_differ() -> None:
    assert differing(of(test="a", pool="a", row="b"), of(test="x", pool="x", row="y")) == ""


def test_a_split_is_a_difference() -> None:
    assert differing(of(test="a", pool="a"), of(test="x", pool="y")) == "test"


def test_a_merge_is_a_difference() -> None:
    assert differing(of(test="a", pool="b"), of(test="x", pool="x")) == "test"


def test_of_two_fixtures_the_first_that_differs_is_named() -> None:
    assert differing(of(test="a", pool="b", row="b"), of(test="x", pool="y", row="z")) == "pool"


def test_a_fixture_that_only_one_side_has_does_not_count() -> None:
    assert differing(of(test="a", pool="b"), of(test="x")) == ""
    assert differing(of(test="a"), of(test="x", pool="x")) == ""


def test_an_item_that_was_refused_has_nothing_to_keep() -> None:
    assert differing(Relations({}, frozenset({ID})), of(test="x", pool="y")) == ""


def test_an_item_that_is_refused_only_now_differs() -> None:
    assert difference(of(test="a"), Relations({}, frozenset({ID})), [ITEM]) == (ITEM, None)


def test_a_test_that_no_longer_has_a_loop_is_not_compared_by_it() -> None:
    assert differing(of(pool="a", row="a"), of(pool="x", row="x")) == ""
    assert differing(of(test="a", pool="a", row="a"), of(pool="x", row="x")) == ""
