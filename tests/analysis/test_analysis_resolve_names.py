"""Which definition a fixture name means: overriding, imports, classes, requests of every form."""

from __future__ import annotations

import pytest
from analysis_tree import graph, items, meanings, module_graph

FIXTURE = "import pytest\n\n@pytest.fixture\ndef {name}({needs}):\n    pass\n"
TEST = "def test_it({needs}):\n    pass\n"
T = "t/test_it.py::test_it"


def fx(name: str, needs: str = "") -> str:
    return FIXTURE.format(name=name, needs=needs)


def used(files: dict[str, str], item: str = T) -> dict[str, str]:
    return meanings(graph(files), item)


# --- who overrides whom -------------------------------------------------------------------------------------------

LEVELS = {
    "conftest.py": fx("db"),
    "t/conftest.py": fx("db"),
    "t/test_it.py": fx("db") + TEST.format(needs="db"),
}


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ([], "t/test_it.py::db"),
        (["t/test_it.py"], "t/conftest.py::db"),
        (["t/test_it.py", "t/conftest.py"], "conftest.py::db"),
    ],
)
def test_the_nearest_definition_wins(removed: list[str], expected: str) -> None:
    files = {path: TEST.format(needs="db") if path in removed else text for path, text in LEVELS.items()}
    files = {path: text for path, text in files.items() if path == "t/test_it.py" or path not in removed}
    assert used(files) == {"db": expected}


@pytest.mark.parametrize("elsewhere", ["s/conftest.py", "t/deep/conftest.py", "t/test_other.py", "t/helpers.py"])
def test_a_fixture_elsewhere_is_not_seen(elsewhere: str) -> None:
    assert used({elsewhere: fx("db"), "t/test_it.py": TEST.format(needs="db")}) == {}


def test_a_class_overrides_its_module_and_only_for_itself() -> None:
    text = fx("db") + (
        "class TestIn:\n    @pytest.fixture\n    def db(self, db): ...\n    def test_it(self, db): ...\n"
        "def test_it(db):\n    pass\n"
    )
    found = graph({"t/test_it.py": text})
    assert meanings(found, "t/test_it.py::TestIn::test_it") == {
        "db": "t/test_it.py::TestIn.db",
        "t/test_it.py::TestIn.db>db": "t/test_it.py::db",
    }
    assert meanings(found, T) == {"db": "t/test_it.py::db"}


def test_a_fixture_that_asks_for_its_own_name_gets_the_next_one_outwards() -> None:
    files = {
        "conftest.py": fx("db"),
        "t/conftest.py": fx("db", "db"),
        "t/test_it.py": fx("db", "db") + TEST.format(needs="db"),
    }
    assert used(files) == {
        "db": "t/test_it.py::db",
        "t/test_it.py::db>db": "t/conftest.py::db",
        "t/conftest.py::db>db": "conftest.py::db",
    }


def test_own_name_through_another_fixture_is_also_the_next_one_outwards() -> None:
    files = {
        "conftest.py": fx("db") + fx("session", "db"),
        "t/test_it.py": fx("db", "session") + TEST.format(needs="db"),
    }
    assert used(files)["conftest.py::session>db"] == "conftest.py::db"


def test_without_an_outer_definition_own_name_means_nothing() -> None:
    assert used({"t/test_it.py": fx("db", "db") + TEST.format(needs="db")}) == {"db": "t/test_it.py::db"}


def test_the_last_definition_of_a_function_wins() -> None:
    found = graph({"t/test_it.py": fx("db", "old") + fx("db", "new") + fx("old") + fx("new") + TEST.format(needs="db")})
    assert set(meanings(found, T)) == {"db", "t/test_it.py::db>new"}


def test_of_two_attributes_with_one_fixture_name_the_later_in_the_alphabet_wins() -> None:
    named = "@pytest.fixture(name='db')\ndef {}():\n    pass\n"
    text = "import pytest\n" + named.format("zz") + named.format("aa") + TEST.format(needs="db")
    assert used({"t/test_it.py": text}) == {"db": "t/test_it.py::zz"}


# --- how a name is requested ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(db): ...",
        "def test_it(*, db): ...",
        "@pytest.mark.usefixtures('db')\ndef test_it(): ...",
        "@pytest.mark.usefixtures('other', 'db')\ndef test_it(): ...",
        "pytestmark = pytest.mark.usefixtures('db')\ndef test_it(): ...",
        "def test_it(request):\n    request.getfixturevalue('db')",
        "DB = 'db'\ndef test_it(request):\n    request.getfixturevalue(DB)",
        "@pytest.mark.parametrize('db', [1], indirect=True)\ndef test_it(db): ...",
        "@pytest.mark.parametrize('x, db', [(1, 2)], indirect=['db'])\ndef test_it(x, db): ...",
        "@pytest.mark.parametrize('x', [1])\ndef test_it(x, db): ...",
    ],
)
def test_forms_that_request(test: str) -> None:
    assert used({"t/test_it.py": fx("db") + test + "\n"}) == {"db": "t/test_it.py::db"}


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(db=None): ...",
        "def test_it(*, db=1): ...",
        "def test_it(*db): ...",
        "def test_it(**db): ...",
        "def test_it():\n    db()",
        "def test_it(request):\n    request.getfixturevalue(name)",
        "def test_it(request):\n    def later(db): ...",
        "@pytest.mark.usefixtures()\ndef test_it(): ...",
        "@pytest.mark.skip('db')\ndef test_it(): ...",
        "@pytest.mark.parametrize('db', [1])\ndef test_it(db): ...",
        "@pytest.mark.parametrize(('x', 'db'), [(1, 2)], indirect=['x'])\ndef test_it(x, db): ...",
        "pytestmark = pytest.mark.parametrize('db', [1])\ndef test_it(db): ...",
    ],
)
def test_forms_that_do_not_request(test: str) -> None:
    assert used({"t/test_it.py": fx("db") + test + "\n"}) == {}


def test_a_directly_parametrized_name_is_no_fixture_for_other_fixtures_either() -> None:
    text = fx("db") + fx("session", "db") + "@pytest.mark.parametrize('db', [1])\ndef test_it(db, session): ...\n"
    assert used({"t/test_it.py": text}) == {"session": "t/test_it.py::session"}


def test_self_and_cls_are_no_requests_but_a_static_method_has_neither() -> None:
    text = (
        fx("self")
        + fx("db")
        + (
            "class TestIn:\n    def test_a(self, db): ...\n    @classmethod\n    def test_b(cls, db): ...\n"
            "    @staticmethod\n    def test_c(db): ...\n"
        )
    )
    found = graph({"t/test_it.py": text})
    for name in ("test_a", "test_b", "test_c"):
        assert meanings(found, f"t/test_it.py::TestIn::{name}") == {"db": "t/test_it.py::db"}


# --- autouse ---------------------------------------------------------------------------------------------------

AUTO = "import pytest\n@pytest.fixture(autouse=True)\ndef auto(): ...\n"


@pytest.mark.parametrize(
    ("path", "joins"),
    [("conftest.py", True), ("t/conftest.py", True), ("s/conftest.py", False), ("t/test_b.py", False)],
)
def test_autouse_joins_where_it_is_visible(path: str, joins: bool) -> None:
    assert used({path: AUTO, "t/test_it.py": TEST.format(needs="")}) == ({"auto": f"{path}::auto"} if joins else {})


@pytest.mark.parametrize("value", ["False", "0", "None", "SOMETIMES"])
def test_what_is_not_surely_true_is_not_autouse(value: str) -> None:
    text = AUTO.replace("True", value)
    assert used({"conftest.py": text, "t/test_it.py": TEST.format(needs="")}) == {}


def test_an_overridden_autouse_fixture_is_replaced() -> None:
    assert used({"conftest.py": AUTO, "t/test_it.py": fx("auto") + TEST.format(needs="")}) == {
        "auto": "t/test_it.py::auto"
    }


def test_ini_usefixtures_joins_every_test() -> None:
    found = module_graph(fx("db") + TEST.format(needs=""), usefixtures=("db", "missing"))
    assert meanings(found, "test_one.py::test_it") == {"db": "test_one.py::db"}


# --- imported and inherited fixtures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("from fixtures import db", "db"),
        ("from fixtures import db as other", "other"),
        ("from fixtures import *", "db"),
        ("from middle import db", "db"),
        ("from middle import *", "db"),
        ("pytest_plugins = 'fixtures'", "db"),
        ("pytest_plugins = ['missing', 'fixtures']", "db"),
        ("try:\n    from fixtures import db\nexcept ImportError:\n    db = None", "db"),
    ],
)
def test_fixtures_come_along_with_an_import(written: str, name: str) -> None:
    files = {
        "fixtures.py": fx("db"),
        "middle.py": "from fixtures import *\n",
        "conftest.py": written + "\n",
        "t/test_it.py": TEST.format(needs=name),
    }
    assert used(files) == {name: "fixtures.py::db"}


@pytest.mark.parametrize(
    "written",
    [
        "import fixtures",
        "from fixtures import other",
        "from fixtures import db as renamed",
        "from elsewhere import db",
        "from elsewhere import *",
        "def inner():\n    from fixtures import db",
        "pytest_plugins = 'fixturez'",
    ],
)
def test_imports_that_bring_no_fixture(written: str) -> None:
    files = {"fixtures.py": fx("db"), "conftest.py": written + "\n", "t/test_it.py": TEST.format(needs="db")}
    assert used(files) == {}


def test_a_star_import_leaves_underscored_names_behind() -> None:
    files = {
        "fixtures.py": fx("_db"),
        "conftest.py": "from fixtures import *\n",
        "t/test_it.py": TEST.format(needs="_db"),
    }
    assert used(files) == {}


def test_the_later_star_import_wins_and_own_definitions_beat_both() -> None:
    files = {
        "one.py": fx("a") + fx("b"),
        "two.py": fx("a") + fx("b"),
        "conftest.py": "from one import *\nfrom two import *\n" + fx("b"),
        "t/test_it.py": TEST.format(needs="a, b"),
    }
    assert used(files) == {"a": "two.py::a", "b": "conftest.py::b"}


def test_a_fixture_that_redefines_the_one_it_imports() -> None:
    files = {"fixtures.py": fx("db"), "t/test_it.py": "from fixtures import db\n" + fx("db") + TEST.format(needs="db")}
    assert used(files) == {"db": "t/test_it.py::db"}


def test_a_conftest_overrides_a_plugin() -> None:
    files = {
        "plug.py": fx("db"),
        "conftest.py": "pytest_plugins = ['plug']\n" + fx("db"),
        "t/test_it.py": TEST.format(needs="db"),
    }
    assert used(files) == {"db": "conftest.py::db"}


def test_a_test_module_may_name_plugins_too() -> None:
    files = {"plug.py": fx("db"), "t/test_it.py": "pytest_plugins = ['plug']\n" + TEST.format(needs="db")}
    assert used(files) == {"db": "plug.py::db"}


def test_inherited_fixtures_are_found_in_method_resolution_order() -> None:
    method = "    @pytest.fixture\n    def db(self): ...\n"
    text = (
        f"import pytest\nclass A:\n{method}class B(A): ...\nclass C(A):\n{method}"
        "class TestD(B, C):\n    def test_it(self, db): ...\n"
    )
    assert used({"t/test_it.py": text}, "t/test_it.py::TestD::test_it") == {"db": "t/test_it.py::C.db"}


def test_import_cycles_end() -> None:
    files = {
        "one.py": "from two import *\nfrom two import db\n",
        "two.py": "from one import *\nfrom one import db\n",
        "conftest.py": "from one import *\n",
        "t/test_it.py": TEST.format(needs="db"),
    }
    assert used(files) == {}


def test_a_class_that_inherits_from_itself_through_a_cycle_is_read_once() -> None:
    files = {
        "one.py": "from two import TestB\nclass TestA(TestB):\n    def test_a(self): ...\n",
        "two.py": "from one import TestA\nclass TestB(TestA):\n    def test_b(self): ...\n",
        "t/test_it.py": "from one import TestA\n",
    }
    assert set(items(graph(files))) == {"t/test_it.py::TestA::test_a", "t/test_it.py::TestA::test_b"}
