from __future__ import annotations

import pytest

from codemod.errors import UsageError
from codemod.project.named_requirement import NamedRequirement, named_requirement


@pytest.mark.parametrize(
    ("text", "name", "written"),
    [
        ("pytest-asyncio==1.5.0", "pytest-asyncio", "pytest-asyncio==1.5.0"),
        (" Pytest_Asyncio >= 1 ", "pytest-asyncio", "Pytest_Asyncio>=1"),
        ("pytest", "pytest", "pytest"),
        ("a.b[x]<2; python_version>'3.8'", "a-b", 'a.b[x]<2; python_version > "3.8"'),
    ],
)
def test_a_name_with_versions(text: str, name: str, written: str) -> None:
    assert named_requirement(text) == NamedRequirement(name, written)


@pytest.mark.parametrize(
    "text", ["", "-e .", "--pre", "-r", "./dist/a.whl", "a/b", "https://x/a.whl", "git+https://x/y", "a==1, b", "a\nb"]
)
def test_what_is_no_requirement(text: str) -> None:
    with pytest.raises(UsageError, match="is no requirement: give a name with versions"):
        named_requirement(text)


@pytest.mark.parametrize("text", ["a @ https://x/a.whl", "a @ file:///x", "a@git+https://x/y"])
def test_a_place_to_take_code_from(text: str) -> None:
    with pytest.raises(UsageError, match="names a place to install from"):
        named_requirement(text)
