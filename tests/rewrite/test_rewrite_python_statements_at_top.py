"""InsertStatements: statements right after the imports of a file, once."""

from __future__ import annotations

import pytest

from codemod.errors import RewriteError
from codemod.operations import EnsureImport, InsertStatements
from codemod.rewrite.python import rewrite

POLICY = 'if sys.platform == "win32":\n    set_policy()\n'
_BYTES = POLICY.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"import sys\n\n\ndef f(): ...\n", b"import sys\n\n" + _BYTES + b"\n\ndef f(): ...\n"),
        (b"import sys\r\nx = 1\r\n", b"import sys\r\n\r\n" + _BYTES.replace(b"\n", b"\r\n") + b"\r\nx = 1\r\n"),
        (b"", _BYTES),
        (b'"""Doc."""\n', b'"""Doc."""\n\n' + _BYTES),
        (b"x = 'a' + 'b'\n", b"x = 'a' + 'b'\n\n" + _BYTES.replace(b'"', b"'")),
    ],
)
def test_statements_follow_the_imports(before: bytes, after: bytes) -> None:
    assert rewrite("conftest.py", before, [InsertStatements("conftest.py", POLICY)]) == after


def test_comments_above_a_statement_come_along() -> None:
    code = "# Pipes need it.\n" + POLICY
    found = rewrite("conftest.py", b"import sys\n", [InsertStatements("conftest.py", code)])
    assert found == b"import sys\n\n# Pipes need it.\n" + _BYTES


@pytest.mark.parametrize(
    "present",
    [
        b"import sys\nif sys.platform == 'win32':\n    set_policy()\n",
        b'import sys\n\nx = 1\nif sys.platform == "win32":\n    set_policy()  # pipes\n',
    ],
)
def test_a_file_that_has_them_stays(present: bytes) -> None:
    assert rewrite("conftest.py", present, [InsertStatements("conftest.py", POLICY)]) == present


def test_they_stand_after_an_import_that_is_added() -> None:
    operations = [InsertStatements("conftest.py", "sys.path\n"), EnsureImport("conftest.py", "sys")]
    assert rewrite("conftest.py", b"x = 1\n", operations) == b"import sys\n\nsys.path\n\nx = 1\n"


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(RewriteError):
        rewrite("conftest.py", b"x = 1\n", [InsertStatements("conftest.py", "if x\n")])
