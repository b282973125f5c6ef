"""Where a dotted name leads: relative and absolute imports, layouts, re-exports, stars and cycles."""

from __future__ import annotations

import pytest
from analysis_tree import workspace

from codemod.analysis.workspace import Target

CODE = "def make(): ...\nclass Engine: ...\nengine = Engine()\n"


@pytest.mark.parametrize(
    ("files", "importer", "dotted", "expected"),
    [
        (["app/db.py", "app/__init__.py"], "test_a.py", "app.db.make", Target("app/db.py", "make")),
        (["app/db.py"], "test_a.py", "app.db.make", Target("app/db.py", "make")),
        (["app/db.py"], "test_a.py", "app.db", Target("app/db.py")),
        (["app/db.py"], "test_a.py", "app.db.engine.url", Target("app/db.py", "engine", "url")),
        (["app/__init__.py"], "test_a.py", "app.make", Target("app/__init__.py", "make")),
        (["src/app/__init__.py", "src/app/db.py"], "tests/test_a.py", "app.db.make", Target("src/app/db.py", "make")),
        (["tests/helpers.py"], "tests/test_a.py", "helpers.make", Target("tests/helpers.py", "make")),
        (
            ["tests/__init__.py", "tests/helpers.py"],
            "tests/test_a.py",
            "tests.helpers.make",
            Target("tests/helpers.py", "make"),
        ),
        (
            ["tests/__init__.py", "tests/helpers.py"],
            "tests/test_a.py",
            ".helpers.make",
            Target("tests/helpers.py", "make"),
        ),
        (["tests/helpers.py"], "tests/unit/test_a.py", "..helpers.make", Target("tests/helpers.py", "make")),
        (["tests/__init__.py"], "tests/test_a.py", ".make", Target("tests/__init__.py", "make")),
        (["a/helpers.py", "b/helpers.py"], "b/test_a.py", "helpers.make", Target("b/helpers.py", "make")),
        (["a/helpers.py", "b/helpers.py"], "a/test_a.py", "helpers.make", Target("a/helpers.py", "make")),
    ],
)
def test_located(files: list[str], importer: str, dotted: str, expected: Target) -> None:
    assert workspace(dict.fromkeys(files, CODE)).locate(dotted, importer) == expected


@pytest.mark.parametrize(
    ("files", "importer", "dotted"),
    [
        (["app/db.py"], "test_a.py", "asyncpg.connect"),
        (["app/db.py"], "test_a.py", "application.db.make"),
        (["app/__init__.py", "app/db.py"], "test_a.py", "db.make"),
        (["tests/__init__.py", "tests/helpers.py"], "tests/test_a.py", "helpers.make"),
        (["tests/helpers.py"], "tests/unit/test_a.py", ".helpers.make"),
        (["helpers.py"], "tests/test_a.py", ".helpers.make"),
        (["app/db.txt"], "test_a.py", "app.db.make"),
    ],
)
def test_not_in_the_project(files: list[str], importer: str, dotted: str) -> None:
    found = workspace(dict.fromkeys(files, CODE))
    assert found.function_at(dotted, importer) is None
    assert found.class_at(dotted, importer) is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("from app.core import make", "make"),
        ("from app.core import make as build", "build"),
        ("from app.core import *", "make"),
        ("from .core import make", "make"),
        ("from .core import *", "make"),
        ("from . import core\n", "core.make"),
        ("from app import core as c\n", "c.make"),
    ],
)
def test_reexports_are_followed(written: str, name: str) -> None:
    found = workspace({"app/core.py": CODE, "app/__init__.py": "", "app/api.py": written + "\n"})
    assert found.locate(f"app.api.{name}", "test_a.py") == Target("app/core.py", "make")


@pytest.mark.parametrize(
    "written", ["from app.core import make\ndef make(): ...", "from app.core import *\ndef make(): ..."]
)
def test_an_own_definition_hides_an_imported_one(written: str) -> None:
    found = workspace({"app/core.py": CODE, "app/api.py": written + "\n"})
    assert found.locate("app.api.make", "test_a.py") == Target("app/api.py", "make")


def test_the_later_star_import_wins() -> None:
    found = workspace({"one.py": CODE, "two.py": CODE, "api.py": "from one import *\nfrom two import *\n"})
    assert found.locate("api.make", "test_a.py") == Target("two.py", "make")


@pytest.mark.parametrize(
    "written", ["from {} import make\n", "from {} import *\n", "from {} import *\nfrom {} import make\n"]
)
def test_cycles_end(written: str) -> None:
    found = workspace({"one.py": written.replace("{}", "two"), "two.py": written.replace("{}", "one")})
    assert found.function_at("one.make", "test_a.py") is None


def test_functions_and_classes_are_told_apart() -> None:
    found = workspace({"app.py": CODE + "class Engine:\n    def run(self): ...\n"})
    assert found.function_at("app.make", "test_a.py") is not None
    assert found.function_at("app.Engine.run", "test_a.py") is not None
    assert found.class_at("app.Engine", "test_a.py") is not None
    assert found.function_at("app.Engine", "test_a.py") is None
    assert found.class_at("app.make", "test_a.py") is None
    assert found.function_at("app.engine", "test_a.py") is None


def test_an_overlay_replaces_what_names_lead_to() -> None:
    before = workspace({"app.py": CODE, "conftest.py": "from app import make\n"})
    assert before.locate("conftest.make", "test_a.py") == Target("app.py", "make")
    after = before.with_overlay({"conftest.py": b"def make(): ...\n", "new.py": CODE.encode()})
    assert after.locate("conftest.make", "test_a.py") == Target("conftest.py", "make")
    assert after.locate("new.make", "test_a.py") == Target("new.py", "make")
    assert before.locate("new.make", "test_a.py") is None
    assert before.locate("conftest.make", "test_a.py") == Target("app.py", "make")


def test_a_file_that_cannot_be_parsed_is_a_failure_and_the_rest_is_read() -> None:
    found = workspace(
        {"test_bad.py": "def test_(:\n", "test_good.py": "def test_a(): ...\n", "test_null.py": "x = '\0'\n"}
    )
    assert [facts.path for facts in found.test_modules()] == ["test_good.py"]
    assert sorted(found.failures) == ["test_bad.py", "test_null.py"]
    assert "line 1" in found.failures["test_bad.py"].reason
