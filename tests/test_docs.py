"""Code, documentation, changelog and registry say the same."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import codemod
from codemod.knowledge import knowledge_base, remedies, versions, warning_texts
from codemod.rules import RULES

ROOT = Path(__file__).resolve().parents[1]


def generator():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rules_page_is_what_the_rules_say():
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == generator().page(), "run: python docs/generate.py"


def test_every_rule_has_an_example_on_its_page():
    for rule in RULES:
        assert "```" in generator().section(rule), f"{rule.code} has no example case"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_changelog_names_the_rule(rule):
    assert f"{rule.code} {rule.name}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == codemod.__version__
    assert f"## [{codemod.__version__}]" in changelog


def test_readme_has_exactly_the_two_set_up_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^    (python -m pip install .*)$", readme) == [
        "python -m pip install '.[demo]' && loopmend demo",
        "python -m pip install -e '.[test]' && pytest",
    ]


def test_known_versions_are_in_order_and_features_among_them():
    from packaging.version import Version

    known = [Version(v) for v in versions().known]
    assert known == sorted(known)
    assert {Version(v) for v in versions().since.values()} <= set(known)


def test_knowledge_is_consistent():
    known = knowledge_base()
    words = {"creation", "first-use", "wait", "never", "unknown"}
    for resource in known.by_id.values():
        assert resource.bound in words, resource.id
        assert resource.close_elsewhere in ("ok", "fails"), resource.id
        assert set(resource.hands_over.values()) <= set(known.by_id), resource.id
        assert "{value}" in resource.close or not resource.close or resource.id == "tortoise"
        assert resource.bound in ("never", "unknown") or resource.symptom, f"{resource.id} fails without a text"


def test_warning_texts_are_consistent():
    from packaging.version import Version

    from codemod.project.warning_filters import UNSET_SCOPE, Emitted, FilterEntry, parse_filter

    texts, known = warning_texts(), set(versions().known)
    assert {each.first for each in texts} | {each.last for each in texts if each.last} <= known
    for each in texts:
        assert not each.last or Version(each.first) <= Version(each.last), each.text
        assert each.names and any(name.lower() in each.text.lower() for name in each.names), each.text
        everything = parse_filter(FilterEntry("error", ""))
        assert everything is not None and everything.matches(Emitted(each.text, each.category, each.module))
        own = parse_filter(FilterEntry(f"error::{_dotted(each.category)}", ""))
        assert own is not None and own.matches(Emitted(each.text, each.category, each.module)), each.category
    unset = [each for each in texts if each.id == "unset-scope"]
    assert all(each.text.startswith(UNSET_SCOPE) for each in unset)
    assert [each.last for each in unset if not each.last] == [unset[-1].last]


@pytest.mark.skipif(version("pytest-asyncio") != "1.5.0", reason="reads the texts of 1.5.0")
def test_current_warning_texts_are_those_of_the_plugin():
    from pytest_asyncio import plugin

    source = Path(plugin.__file__).read_text(encoding="utf-8")
    current = {each.id: each for each in warning_texts() if not each.last}
    assert current["unset-scope"].text == plugin._DEFAULT_FIXTURE_LOOP_SCOPE_UNSET
    assert current["mark-scope-keyword"].text == plugin._MARKER_SCOPE_KWARG_DEPRECATION_WARNING
    assert current["policy-override"].text == plugin._EVENT_LOOP_POLICY_FIXTURE_DEPRECATION_WARNING
    assert "in strict mode" in source and "asynchronous generators" in source


def _dotted(category: str) -> str:
    return f"pytest.{category}" if category.startswith("Pytest") else category


def test_a_refused_remedy_says_what_to_use_instead():
    for remedy in remedies():
        assert remedy.instead and remedy.not_cured, remedy.name
