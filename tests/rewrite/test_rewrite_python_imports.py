"""Imports and definitions at the top level: where they go, and when nothing is to be done."""

from __future__ import annotations

import pytest
from rewrite_python_places import PATH, call, edited, refusal

from codemod.operations import DropImportIfUnused, EnsureImport, InsertDefinition, ReplaceCallee

ASYNCIO = EnsureImport(PATH, "asyncio")
PLUGIN = EnsureImport(PATH, "pytest_asyncio")
POOL = EnsureImport(PATH, "sqlalchemy.pool", "NullPool")

PLACES = {
    "in order": (PLUGIN, "import pytest\n\nx = 1\n", "import pytest\nimport pytest_asyncio\n\nx = 1\n"),
    "in the middle": (PLUGIN, "import httpx\nimport yaml\n", "import httpx\nimport pytest_asyncio\nimport yaml\n"),
    "first of its group": (
        PLUGIN,
        "import os\n\nimport yaml\nfrom a import b\n",
        "import os\n\nimport pytest_asyncio\nimport yaml\nfrom a import b\n",
    ),
    "first of the file": (ASYNCIO, "import os\n", "import asyncio\nimport os\n"),
    "before from": (
        PLUGIN,
        "import os\n\nfrom app import b\n",
        "import os\n\nimport pytest_asyncio\nfrom app import b\n",
    ),
    "from after import": (
        POOL,
        "import os\n\nimport yaml\n",
        "import os\n\nimport yaml\nfrom sqlalchemy.pool import NullPool\n",
    ),
    "sorted within sections": (
        POOL,
        "from app import a\nimport pytest\nfrom yaml import b\n",
        "from app import a\nimport pytest\nfrom sqlalchemy.pool import NullPool\nfrom yaml import b\n",
    ),
    "group of certain packages": (
        PLUGIN,
        "import os\n\nfrom app import a\n\nimport pytest\n",
        "import os\n\nfrom app import a\n\nimport pytest\nimport pytest_asyncio\n",
    ),
    "unsorted group": (
        PLUGIN,
        "import yaml\nimport pytest\nimport app\n",
        "import yaml\nimport pytest\nimport pytest_asyncio\nimport app\n",
    ),
    "new group after the standard library": (
        PLUGIN,
        "import os\n\n\ndef f(): pass\n",
        "import os\n\nimport pytest_asyncio\n\n\ndef f(): pass\n",
    ),
    "new group before relative imports": (
        PLUGIN,
        "import os\nfrom . import b\n",
        "import os\nfrom . import b\n",
    ),
    "new group between": (
        PLUGIN,
        "import os\n\nfrom . import b\n",
        "import os\n\nimport pytest_asyncio\n\nfrom . import b\n",
    ),
    "new group before the installed": (
        ASYNCIO,
        '"""D."""\n\nimport pytest\n',
        '"""D."""\n\nimport asyncio\n\nimport pytest\n',
    ),
    "new group at the top": (ASYNCIO, "import pytest\n", "import asyncio\n\nimport pytest\n"),
    "new group at the top below a licence": (
        ASYNCIO,
        "# licence\n\n# about pytest\nimport pytest\n",
        "# licence\n\nimport asyncio\n\n# about pytest\nimport pytest\n",
    ),
    "after future": (
        PLUGIN,
        "from __future__ import annotations\nx = 1\n",
        "from __future__ import annotations\n\nimport pytest_asyncio\n\nx = 1\n",
    ),
    "after the docstring": (PLUGIN, '"""D."""\nx = 1\n', '"""D."""\n\nimport pytest_asyncio\n\nx = 1\n'),
    "only a docstring": (PLUGIN, '"""D."""\n', '"""D."""\n\nimport pytest_asyncio\n'),
    "only comments": (PLUGIN, "# c\n", "# c\n\nimport pytest_asyncio\n"),
    "empty": (PLUGIN, "", "import pytest_asyncio\n"),
    "no imports": (PLUGIN, "def f(): pass\n", "import pytest_asyncio\n\n\ndef f(): pass\n"),
    "no imports, cookie and remark": (
        PLUGIN,
        "# -*- coding: utf-8 -*-\n\n# about f\ndef f(): pass\n",
        "# -*- coding: utf-8 -*-\n\nimport pytest_asyncio\n\n\n# about f\ndef f(): pass\n",
    ),
    "comment above the group": (
        ASYNCIO,
        "# standard\nimport os\nimport sys\n",
        "# standard\nimport os\nimport asyncio\nimport sys\n",
    ),
    "below a licence": (ASYNCIO, "# licence\n\nimport os\n", "# licence\n\nimport asyncio\nimport os\n"),
    "below a shebang": (ASYNCIO, "#!/bin/python\nimport os\n", "#!/bin/python\nimport asyncio\nimport os\n"),
    "below a shebang, new group": (
        ASYNCIO,
        "#!/bin/python\n# about\nimport pytest\n",
        "#!/bin/python\n# about\nimport asyncio\n\nimport pytest\n",
    ),
    "code between": (
        PLUGIN,
        "import sys\n\nsys.path.insert(0, '.')\n\nimport pytest  # noqa: E402\n",
        "import sys\n\nsys.path.insert(0, '.')\n\nimport pytest  # noqa: E402\nimport pytest_asyncio\n",
    ),
    "type checking does not count": (
        PLUGIN,
        "import pytest\nif TYPE_CHECKING:\n    import pytest_asyncio\n",
        "import pytest\nimport pytest_asyncio\nif TYPE_CHECKING:\n    import pytest_asyncio\n",
    ),
    "try does not count": (
        PLUGIN,
        "import pytest\ntry:\n    import pytest_asyncio\nexcept ImportError:\n    pass\n",
        "import pytest\nimport pytest_asyncio\ntry:\n    import pytest_asyncio\nexcept ImportError:\n    pass\n",
    ),
    "alias is not enough for a module": (
        EnsureImport(PATH, "asyncpg"),
        "import asyncpg as pg\nimport pytest\n",
        "import asyncpg as pg\nimport asyncpg\nimport pytest\n",
    ),
    "extended": (
        POOL,
        "from sqlalchemy.pool import Pool, StaticPool  # c\n",
        "from sqlalchemy.pool import NullPool, Pool, StaticPool  # c\n",
    ),
    "extended in lines": (
        POOL,
        "from sqlalchemy.pool import (\n    AsyncPool,  # a\n    StaticPool,\n)\n",
        "from sqlalchemy.pool import (\n    AsyncPool,  # a\n    NullPool,\n    StaticPool,\n)\n",
    ),
    "extended at the end of lines": (
        POOL,
        "from sqlalchemy.pool import (\n    A,\n    B,  # b\n)\n",
        "from sqlalchemy.pool import (\n    A,\n    B,  # b\n    NullPool,\n)\n",
    ),
    "extended by kind": (
        POOL,
        "from sqlalchemy.pool import A, manage\n",
        "from sqlalchemy.pool import A, NullPool, manage\n",
    ),
    "extended without order": (
        POOL,
        "from sqlalchemy.pool import (Z, A)\n",
        "from sqlalchemy.pool import (Z, A, NullPool)\n",
    ),
    "extended over a continuation": (
        POOL,
        "from sqlalchemy.pool import A, \\\n    B\n",
        "from sqlalchemy.pool import A, \\\n    B, NullPool\n",
    ),
    "another level is another module": (
        EnsureImport(PATH, "pool", "NullPool"),
        "from .pool import A\n",
        "from pool import NullPool\n\nfrom .pool import A\n",
    ),
    "tab file without newline": (PLUGIN, "def f():\n\tpass", "import pytest_asyncio\n\n\ndef f():\n\tpass"),
}
PLACES["new group before relative imports"] = (
    PLUGIN,
    "from . import b\n",
    "import pytest_asyncio\n\nfrom . import b\n",
)


@pytest.mark.parametrize("case", PLACES)
def test_an_import_goes_to_its_place_once(case: str) -> None:
    operation, before, after = PLACES[case]
    assert edited(before, operation) == after
    assert edited(after, operation) == after


HELD = {
    "plain": (PLUGIN, "import pytest_asyncio\n"),
    "in a list": (PLUGIN, "import os, pytest_asyncio\n"),
    "after a semicolon": (PLUGIN, "import os; import pytest_asyncio\n"),
    "below the code": (PLUGIN, "def f(): pass\n\nimport pytest_asyncio\n"),
    "a submodule binds the package": (EnsureImport(PATH, "sqlalchemy"), "import sqlalchemy.pool\n"),
    "from": (POOL, "from sqlalchemy.pool import NullPool\n"),
    "from in parentheses": (POOL, "from sqlalchemy.pool import (\n    A,\n    NullPool,  # c\n)\n"),
    "from as itself": (POOL, "from sqlalchemy.pool import NullPool as NullPool\n"),
}


@pytest.mark.parametrize("case", HELD)
def test_an_import_that_holds_is_left(case: str) -> None:
    operation, text = HELD[case]
    assert edited(text, operation) == text


def test_an_alias_is_not_enough_and_a_taken_name_is_refused() -> None:
    alias = "from sqlalchemy.pool import NullPool as Null\n"
    assert edited(alias, POOL) == "from sqlalchemy.pool import NullPool as Null, NullPool\n"
    for text in (
        "from mine import NullPool\n",
        "NullPool = None\n",
        "class NullPool: pass\n",
        "import a as NullPool\n",
    ):
        assert "NullPool means something else" in refusal(text, POOL)
    assert "pytest_asyncio means something else" in refusal("pytest_asyncio = load('x')\n", PLUGIN)


DROPPED = {
    "its line": ("import os\nimport pytest\nx = os\n", "import os\nx = os\n"),
    "one of several": ("import os, pytest, re\n", "import os, re\n"),
    "the first": ("import pytest, re  # c\n", "import re  # c\n"),
    "the last": ("import re, pytest\n", "import re\n"),
    "from a list": ("from m import a, pytest\n", "from m import a\n"),
    "from lines": ("from m import (\n    a,  # a\n    pytest,\n)\n", "from m import (\n    a,  # a\n)\n"),
    "the first of lines": ("from m import (\n    pytest,\n    b,  # b\n)\n", "from m import (\n    b,  # b\n)\n"),
    "the only one of a list": ("from m import (\n    pytest,\n)\nx = 1\n", "x = 1\n"),
    "a package": ("import pytest.collect\nx = 1\n", "x = 1\n"),
    "an alias": ("import testing as pytest\nx = 1\n", "x = 1\n"),
    "after a semicolon": ("import os; import pytest\n", "import os\n"),
    "before a semicolon": ("import pytest; import os;\n", "import os;\n"),
    "a comment above stays": ("import os\n\n# tests\nimport pytest\nimport re\n", "import os\n\n# tests\nimport re\n"),
    "a group of its own": ("import os\n\nimport pytest\n\n\nx = 1\n", "import os\n\n\nx = 1\n"),
    "first of a group": ("import os\n\nimport pytest\nimport re\n", "import os\n\nimport re\n"),
    "last of the file": ("x = 1\n\nimport pytest\n", "x = 1\n"),
    "the whole file": ("import pytest\n", ""),
    "first of the file": ("import pytest\n\n\nx = 1\n", "x = 1\n"),
    "an attribute of that name is no use": ("import pytest\nx.pytest = 1\n", "x.pytest = 1\n"),
    "a keyword is no use": ("import pytest\nf(pytest=1)\n", "f(pytest=1)\n"),
    "prose is no use": ('"""Use pytest here."""\nimport pytest\nx = 1\n', '"""Use pytest here."""\nx = 1\n'),
}


@pytest.mark.parametrize("case", DROPPED)
def test_an_unused_import_goes(case: str) -> None:
    before, after = DROPPED[case]
    assert edited(before, DropImportIfUnused(PATH, "pytest")) == after
    assert edited(after, DropImportIfUnused(PATH, "pytest")) == after


KEPT = {
    "name": "import pytest\nx = pytest\n",
    "attribute": "import pytest\n@pytest.fixture\ndef f(): pass\n",
    "inside a function": "import pytest\ndef f():\n    return pytest.raises(E)\n",
    "deleted": "import pytest\ndel pytest\n",
    "global": "import pytest\ndef f():\n    global pytest\n",
    "exported": "import pytest\n__all__ = ['pytest']\n",
    "string annotation": "import pytest\ndef f(x: 'pytest.Item'): ...\n",
    "nested string annotation": "import pytest\nx: list['dict[str, pytest.Item]']\n",
    "f-string": "import pytest\nx = f'{pytest}'\n",
    "parameter": "from fixtures import pytest\ndef test(pytest): pass\n",
    "re-export": "import pytest as pytest\n",
    "re-export from": "from m import pytest as pytest\n",
    "two names of one module": "import pytest.a\nx = pytest.a.b\n",
    "in a block": "if TYPE_CHECKING:\n    import pytest\n",
    "in a try": "try:\n    import pytest\nexcept ImportError:\n    pass\n",
    "star": "from pytest import *\n",
    "other name": "import pytest_asyncio\nimport pytest as p\nfrom pytest import mark\n",
}


@pytest.mark.parametrize("case", KEPT)
def test_a_used_import_stays(case: str) -> None:
    assert edited(KEPT[case], DropImportIfUnused(PATH, "pytest")) == KEPT[case]


def test_use_is_judged_after_the_other_operations() -> None:
    text = "import os\n\nimport pytest\n\n\n@pytest.fixture\ndef f(): pass\n"
    operations = (
        DropImportIfUnused(PATH, "pytest"),
        ReplaceCallee(PATH, call(text, "pytest.fixture"), "pytest_asyncio.fixture"),
        PLUGIN,
    )
    expected = "import os\n\nimport pytest_asyncio\n\n\n@pytest_asyncio.fixture\ndef f(): pass\n"
    assert edited(text, *operations) == expected


# --- definitions ---------------------------------------------------------------------------------------------------

CODE = '@pytest.fixture\ndef loop():\n    """L."""\n    return "x"\n'
INSERTED = {
    "after the imports": (
        "import os\nimport pytest\n\nX = 1\n",
        f"import os\nimport pytest\n\n\n{CODE}\n\nX = 1\n",
    ),
    "after a conditional import": (
        "import os\n\nif TYPE_CHECKING:\n    import a\n\n\n\ndef g(): pass\n",
        f"import os\n\nif TYPE_CHECKING:\n    import a\n\n\n{CODE}\n\n\ndef g(): pass\n",
    ),
    "at the end without imports": ("X = 1\n\n# end\n", f"X = 1\n\n# end\n\n\n{CODE}"),
    "after the last import of a file": ("import os\n", f"import os\n\n\n{CODE}"),
    "no final newline": ("import os", f"import os\n\n\n{CODE[:-1]}"),
    "comments above the next": ("import os\n# about x\nx = 1\n", f"import os\n\n\n{CODE}\n\n# about x\nx = 1\n"),
    "empty": ("", CODE),
    "only comments": ("# licence\n", f"# licence\n\n\n{CODE}"),
    "tabs": ("import os\nif a:\n\tb()\n", "import os\n\n\n" + CODE.replace("    ", "\t") + "\n\nif a:\n\tb()\n"),
    "single quotes": ("import os\nX = 'a'\n", "import os\n\n\n" + CODE.replace('"x"', "'x'") + "\n\nX = 'a'\n"),
}


@pytest.mark.parametrize("case", INSERTED)
def test_a_definition_goes_after_the_imports_once(case: str) -> None:
    before, after = INSERTED[case]
    assert edited(before, InsertDefinition(PATH, CODE)) == after
    assert edited(after, InsertDefinition(PATH, CODE)) == after


def test_a_new_file_is_just_the_code_and_its_imports() -> None:
    assert edited(None, InsertDefinition(PATH, CODE)) == CODE
    operations = (InsertDefinition(PATH, CODE), EnsureImport(PATH, "pytest"), InsertDefinition(PATH, "def b(): ...\n"))
    assert edited(None, *operations) == f"import pytest\n\n\n{CODE}\n\ndef b(): ...\n"


def test_a_constant_takes_one_blank_line_and_comments_come_along() -> None:
    code = "# all tests share a loop\npytestmark = pytest.mark.asyncio\n"
    assert edited("import pytest\n\n\ndef f(): ...\n", InsertDefinition(PATH, code)) == (
        f"import pytest\n\n{code}\n\ndef f(): ...\n"
    )


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("def loop(): return 2\n", CODE, "defined otherwise"),
        ("from a import loop\n", CODE, "defined otherwise"),
        ("loop = 1\n", CODE, "defined otherwise"),
        ("", "f()\n", "not one definition"),
        ("", "def a(): ...\ndef b(): ...\n", "not one definition"),
        ("", "def a(:\n", "no valid Python"),
    ],
)
def test_a_definition_that_does_not_fit_is_refused(text: str, code: str, reason: str) -> None:
    assert reason in refusal(text, InsertDefinition(PATH, code))


def test_an_equal_definition_in_another_layout_is_left() -> None:
    text = "import pytest\n@pytest.fixture\ndef loop():\n  '''L.'''\n  return ('x')  # c\n"
    assert edited(text, InsertDefinition(PATH, CODE)) == text
