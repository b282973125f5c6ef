"""Raising constraints: what is written in each dialect, what is left alone, what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from codemod.project import conda_constraints, poetry_constraints
from codemod.project.constraints import opened, raised, widened
from codemod.project.requirement_lines import Dialect

PEP440, POETRY, CONDA, SERIES = Dialect.PEP440, Dialect.POETRY, Dialect.CONDA, Dialect.SERIES

# Written, and what it becomes for the floor and pick 1.5.0.
RAISED = [
    (PEP440, "==0.21.1", "==1.5.0"),
    (PEP440, "== 0.21.1", "== 1.5.0"),
    (PEP440, "==0.21", "==1.5.0"),
    (PEP440, "===0.21.1", "===1.5.0"),
    (PEP440, "==0.21.*", "==1.5.*"),
    (PEP440, "==0.21.1.*", "==1.5.0.*"),
    (PEP440, "==0.*", ">=1.5,<2"),
    (PEP440, "==1.*", ">=1.5,<2"),
    (PEP440, "==0.21.*,!=0.21.1", "==1.5.*"),
    (PEP440, ">=0.21", ">=1.5"),
    (PEP440, ">=0.21.0", ">=1.5.0"),
    (PEP440, ">=0.21.0.0", ">=1.5.0.0"),
    (PEP440, ">=0", ">=1.5"),
    (PEP440, ">=1", ">=1.5"),
    (PEP440, ">=1.4.9", ">=1.5.0"),
    (PEP440, ">0.21", ">=1.5"),
    (PEP440, "> 0.21.2", ">= 1.5.0"),
    (PEP440, "~=0.21.0", "~=1.5.0"),
    (PEP440, "~=0.21", "~=1.5"),
    (PEP440, "~=0.21,!=0.21.2", "~=1.5"),
    (PEP440, "~=0.21,<0.30", "~=1.5,<2"),
    (PEP440, ">=0.21,<0.22", ">=1.5,<2"),
    (PEP440, ">=0.21, <1", ">=1.5, <2"),
    (PEP440, ">=0.21,<1.0", ">=1.5,<2.0"),
    (PEP440, ">=0.21 , <0.22.0", ">=1.5 , <2.0.0"),
    (PEP440, ">=0.21,<=0.21.2", ">=1.5,<2"),
    (PEP440, ">=0.21,<2", ">=1.5,<2"),
    (PEP440, ">=0.21,<1.6", ">=1.5,<1.6"),
    (PEP440, ">=0.21,<=1.5", ">=1.5,<=1.5"),
    (PEP440, "<0.22,>=0.20.1", "<2,>=1.5.0"),
    (PEP440, ">=1.5,<1.5", ">=1.5,<2"),
    (PEP440, "<0.22", ">=1.5,<2"),
    (PEP440, "<=0.22", ">=1.5,<2"),
    (PEP440, "<1.0", ">=1.5,<2.0"),
    (PEP440, "<3", ">=1.5,<3"),
    (PEP440, "<3,!=2.1", ">=1.5,<3,!=2.1"),
    (PEP440, "!=0.22.0,>=0.21,<1", ">=1.5,<2"),
    (PEP440, ">=0.21,!=0.22.0, <1", ">=1.5, <2"),
    (PEP440, ">=0.21, !=0.22.*, !=1.6.0", ">=1.5, !=1.6.0"),
    (PEP440, ">=0.21,!=0.23.5a0", ">=1.5"),
    (PEP440, ">=0.21,!=1.*,<3", None),
    (PEP440, "(>=0.21)", "(>=1.5)"),
    (PEP440, "( >=0.21, <1 )", "( >=1.5, <2 )"),
    (PEP440, " >= 0.21 ", " >= 1.5 "),
    (PEP440, ">=0.21,", ">=1.5,"),
    (PEP440, ">=0.21\t,<1 , ", ">=1.5\t,<2 , "),
    (POETRY, "^0.21.1", "^1.5.0"),
    (POETRY, "^0.21", "^1.5"),
    (POETRY, "^ 0.21", "^ 1.5"),
    (POETRY, "^0", "^1.5"),
    (POETRY, "^0.21,!=0.21.2", "^1.5"),
    (POETRY, "~0.21", "~1.5"),
    (POETRY, "~0.21.1", "~1.5.0"),
    (POETRY, "~0", "~1.5"),
    (POETRY, "~=0.21", "~=1.5"),
    (POETRY, "0.21.1", "1.5.0"),
    (POETRY, "=0.21.1", "=1.5.0"),
    (POETRY, "==0.21.1", "==1.5.0"),
    (POETRY, "0.21.*", "1.5.*"),
    (POETRY, "==0.21.*", "==1.5.*"),
    (POETRY, "0.*", ">=1.5,<2"),
    (POETRY, ">=0.21 <0.22", ">=1.5 <2"),
    (POETRY, ">= 0.21  < 0.22", ">= 1.5  < 2"),
    (POETRY, ">=0.21,<0.24", ">=1.5,<2"),
    (POETRY, ">=0.21 !=0.22 <1.0", ">=1.5 <2.0"),
    (POETRY, "<1.0", ">=1.5,<2.0"),
    (CONDA, "=0.21.1", "=1.5.0"),
    (CONDA, "=0.21", "=1.5"),
    (CONDA, "= 0.21", "= 1.5"),
    (CONDA, "=0", ">=1.5,<2"),
    (CONDA, "==0.21.1", "==1.5.0"),
    (CONDA, "0.21.1", "1.5.0"),
    (CONDA, "0.21.*", "1.5.*"),
    (CONDA, "0.21*", "1.5*"),
    (CONDA, "=0.21.*", "=1.5.*"),
    (CONDA, ">=0.21", ">=1.5"),
    (CONDA, ">=0.21,<0.24", ">=1.5,<2"),
    (CONDA, "~=0.21", "~=1.5"),
    (CONDA, "<1", ">=1.5,<2"),
    (SERIES, "0.21", "1.5"),
]

# Nothing has to change for the floor and pick 1.5.0.
UNCHANGED = [
    *((dialect, text) for dialect in Dialect for text in ("", " ", "*", " * ")),
    *(
        (PEP440, text)
        for text in (">=1.5", ">=1.5.0,<2", "==1.5.0", "==1.5", "===1.5.0", "==1.5.*", "~=1.5", "~=1.5.0")
    ),
    *(
        (PEP440, text)
        for text in (">=1.5,!=0.22", "(>=1.5)", " >=1.5, ", ">=1.5,<=1.5.0", "<2,>=1.5", "!=0.22", "!=1.6")
    ),
    *((POETRY, text) for text in ("^1.5", "^1.5.0", "~1.5", "1.5.*", "1.5.0", "1.5", ">=1.5 <2", "!=0.22")),
    *((CONDA, text) for text in ("=1.5", "=1.5.0", "==1.5.0", "1.5", "1.5.*", "1.5*", ">=1.5,<2")),
    (SERIES, "1.5"),
]

REFUSED = [
    (PEP440, "@ https://example.org/p.whl"),
    (PEP440, "0.21"),
    (PEP440, "=0.21"),
    (PEP440, "^0.21"),
    (PEP440, "===nightly"),
    (PEP440, "~=1"),  # PEP 440 has no such thing
    (PEP440, ">=0.21.*"),
    (PEP440, ">=0.21rc1"),
    (PEP440, "==0.21.0.post1"),
    (PEP440, ">=0.21.dev3"),
    (PEP440, "==0.21+local"),
    (PEP440, ">=1!0.21"),
    (PEP440, ">=0.21,<1.0a0"),
    (PEP440, ">=0.21,>=0.22"),
    (PEP440, ">=0.21,<1,<2"),
    (PEP440, "==0.21.*,<1"),
    (PEP440, "==0.21.1,>=0.20"),
    (PEP440, ">=0.21 <1"),
    (PEP440, ">=0.21,,<1"),
    (PEP440, ",>=0.21"),
    (PEP440, "(>=0.21"),
    (PEP440, ">=0.21)"),
    (PEP440, ">=0.21,nonsense"),
    (PEP440, ">="),
    (PEP440, ">=0.21\n<1"),
    (PEP440, ">=" + "9" * 5000),
    (PEP440, ">=\u0660.\u0662"),
    (PEP440, "!=1.5.0"),
    (PEP440, ">=0.21,!=1.5.*"),
    (PEP440, ">=2"),  # newer than what shall be allowed
    (PEP440, "==1.6.0"),
    (PEP440, "~=1.6"),
    (PEP440, "==2.*"),
    (POETRY, "^0.21 || ^1.0"),
    (POETRY, "^0.21|^1.0"),
    (POETRY, "^2.0"),
    (POETRY, "^0.21,^0.22"),
    (POETRY, "^0.21.*"),
    (POETRY, "(^0.21)"),
    (POETRY, "===0.21"),
    (POETRY, "^0.21a1"),
    (POETRY, "latest"),
    (CONDA, "0.21|0.22"),
    (CONDA, "=0.21=py38_0"),
    (CONDA, "0.21.1 py38_0"),
    (CONDA, "^0.21"),
    (CONDA, "=0.21,<0.30"),
    (SERIES, "0"),  # a series of one number would begin below the floor, and there are no ranges
    (SERIES, "1"),
    (SERIES, ">=0.21"),
    (SERIES, "0.21.*"),
    (SERIES, "2.0"),
]


@pytest.mark.parametrize(("dialect", "written", "expected"), RAISED)
def test_raised(dialect: Dialect, written: str, expected: str | None) -> None:
    assert raised(written, dialect, "1.5.0", "1.5.0") == expected


@pytest.mark.parametrize(("dialect", "written"), UNCHANGED)
def test_nothing_has_to_change(dialect: Dialect, written: str) -> None:
    assert raised(written, dialect, "1.5.0", "1.5.0") == written


@pytest.mark.parametrize(("dialect", "written"), REFUSED)
def test_refused(dialect: Dialect, written: str) -> None:
    assert raised(written, dialect, "1.5.0", "1.5.0") is None


@pytest.mark.parametrize(
    ("dialect", "written", "expected"),
    [
        (PEP440, ">=0.21", ">=1.4.1"),
        (PEP440, ">=1.4", ">=1.4.1"),
        (PEP440, ">=1.4.2", ">=1.4.2"),
        (PEP440, ">1.4.1", ">1.4.1"),
        (PEP440, "~=0.21", "~=1.5"),  # ~=1.4.1 would keep 1.5.0 out
        (PEP440, "~=0.21.0", "~=1.5.0"),
        (PEP440, "==0.21.*", "==1.5.*"),
        (PEP440, "==1.4.2", "==1.5.0"),
        (PEP440, "~=1.4.2", "~=1.5.0"),
        (PEP440, ">=1.4.2,<1.5", ">=1.4.2,<2"),
        (POETRY, "^0.21", "^1.4.1"),
        (POETRY, "^1.4", "^1.4.1"),
        (POETRY, "^1.4.2,<1.5", "^1.4.2,<2"),
        (POETRY, "~0.21", "~1.5"),
        (POETRY, "~1", "~1.5"),
    ],
)
def test_a_floor_with_a_patch_release_below_the_pick(dialect: Dialect, written: str, expected: str) -> None:
    assert raised(written, dialect, "1.4.1", "1.5.0") == expected


@pytest.mark.parametrize(
    ("dialect", "written", "expected"),
    [
        (PEP440, ">=3.8", ">=3.10"),
        (PEP440, ">=3.8.1", ">=3.10.0"),
        (PEP440, ">3.7", ">=3.10"),
        (PEP440, ">=3", ">=3.10"),
        (PEP440, ">=3.8,<4.0", ">=3.10,<4.0"),
        (PEP440, ">=3.8,<3.10", ">=3.10,<4"),
        (PEP440, ">=3.8, !=3.9.0, !=3.9.7, <3.12", ">=3.10, <3.12"),
        (PEP440, ">=3.8,!=3.13.0", ">=3.10,!=3.13.0"),
        (PEP440, "~=3.8", "~=3.10"),
        (PEP440, "==3.8.*", "==3.10.*"),
        (PEP440, "==3.*", ">=3.10,<4"),
        (PEP440, ">=3.10", ">=3.10"),
        (PEP440, ">=3.11", None),  # newer than the pick: nothing to raise, and no going back
        (POETRY, "^3.8", "^3.10"),
        (POETRY, "^3", "^3.10"),
        (POETRY, "^3.8.1", "^3.10.0"),
        (POETRY, ">=3.8,<4.0", ">=3.10,<4.0"),
        (POETRY, ">=3.8.1,<3.10", ">=3.10.0,<4"),
        (POETRY, "~3.8", "~3.10"),
        (POETRY, "3.8", "3.10"),
        (POETRY, "3.*", ">=3.10,<4"),
        (POETRY, "^3.8 || ^3.10", None),
        (CONDA, "3.8", "3.10"),
        (CONDA, "=3.8", "=3.10"),
        (CONDA, "=3.8.10", "=3.10"),
        (CONDA, "3.8.*", "3.10.*"),
        (CONDA, ">=3.8", ">=3.10"),
        (CONDA, "=3", ">=3.10,<4"),
        (SERIES, "3.8", "3.10"),
        (SERIES, "3.10", "3.10"),
        (SERIES, "3", None),
    ],
)
def test_python(dialect: Dialect, written: str, expected: str | None) -> None:
    assert raised(written, dialect, "3.10", "3.10") == expected


@pytest.mark.parametrize(
    ("dialect", "written", "expected"),
    [
        (PEP440, "==0.21.1", ">=0.24,<2"),
        (PEP440, "==1.5.0", ">=0.24,<2"),
        (PEP440, "==0.21.*", ">=0.24,<2"),
        (PEP440, "~=0.21", ">=0.24,<2"),
        (PEP440, "~=0.24", ">=0.24,<2"),
        (PEP440, "~=0.21,<0.23", ">=0.24,<2"),
        (PEP440, ">=0.21,<0.23", ">=0.24,<2"),
        (PEP440, ">=0.21.0, <1.0", ">=0.24.0, <2.0"),
        (PEP440, ">=0.21", ">=0.24"),
        (PEP440, ">=1.0", ">=0.24"),
        (PEP440, ">0.24", ">=0.24"),
        (PEP440, ">=0.24,<2", ">=0.24,<2"),
        (PEP440, ">=0.24,!=0.25.1", ">=0.24,!=0.25.1"),
        (PEP440, ">=0.21,!=0.22,!=0.25.1", ">=0.24,!=0.25.1"),
        (PEP440, "(==0.21.1)", "(>=0.24,<2)"),
        (PEP440, "<1", ">=0.24,<2"),
        (PEP440, "<2", ">=0.24,<2"),
        (PEP440, "!=0.22", "!=0.22"),
        (PEP440, "!=0.24", None),
        (PEP440, ">=0.21,!=0.24.0", None),
        (PEP440, ">=2.0", None),
        (PEP440, "", ""),
        (POETRY, "^0.21", ">=0.24,<2"),
        (POETRY, "^1.0", ">=0.24,<2"),
        (POETRY, "~0.24", ">=0.24,<2"),
        (POETRY, "0.21.1", ">=0.24,<2"),
        (POETRY, ">=0.21 <0.23", ">=0.24 <2"),
        (POETRY, "^0.21 || ^1.0", None),
        (POETRY, "*", "*"),
        (CONDA, "=0.21", ">=0.24,<2"),
        (CONDA, "0.21.1", ">=0.24,<2"),
        (CONDA, "=0.21=py38_0", None),
        (SERIES, "0.21", None),
    ],
)
def test_widened(dialect: Dialect, written: str, expected: str | None) -> None:
    assert widened(written, dialect, "0.24.0", "1.5.0") == expected


@pytest.mark.parametrize(
    ("dialect", "written", "expected"),
    [
        (POETRY, "^1.0", "^1.3"),
        (POETRY, "^1.4.0", "^1.3.0"),
        (PEP440, "~=1.0", "~=1.3"),
        (PEP440, "~=1.0.0", ">=1.3,<2"),
        (POETRY, "~1.0", ">=1.3,<2"),
    ],
)
def test_widened_keeps_a_style_that_spans_both(dialect: Dialect, written: str, expected: str) -> None:
    assert widened(written, dialect, "1.3.0", "1.5.0") == expected


@pytest.mark.parametrize(
    ("floor", "pick"), [("1.5.0", "1.4.0"), ("1.5.0rc1", "1.5.0"), ("1.5.0", "1.5.0.dev1"), ("", "1.5.0"), ("1", "x")]
)
def test_floor_and_pick_are_releases_in_order(floor: str, pick: str) -> None:
    assert raised(">=0.21", PEP440, floor, pick) is None
    assert widened(">=0.21", PEP440, floor, pick) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("=1.2", "==1.2.*"),
        ("==1.2", "==1.2"),
        ("1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        ("1.2*", "==1.2.*"),
        ("=1.2.3=py38_0", "==1.2.3.*"),
        (">=1.2,<2", ">=1.2,<2"),
        ("=1.2,<2", "==1.2.*,<2"),
        ("*", ""),
        ("1.2|1.3", "1.2|1.3"),
    ],
)
def test_conda_in_pep_440(written: str, expected: str) -> None:
    assert conda_constraints.to_specifier(written) == expected


# --- properties ------------------------------------------------------------------------------------------------------

NUMBER = st.integers(0, 12)
VERSIONS = st.lists(NUMBER, min_size=1, max_size=3).map(lambda numbers: ".".join(map(str, numbers)))
GAPS = st.sampled_from(["", "", " "])
OPERATORS = {
    PEP440: ("==", "===", "~=", ">=", ">", "<", "<=", "!="),
    POETRY: ("", "=", "==", "^", "~", "~=", ">=", ">", "<", "<=", "!="),
    CONDA: ("", "=", "==", "~=", ">=", ">", "<", "<=", "!="),
    SERIES: ("",),
}
FULL = {
    PEP440: str,
    POETRY: poetry_constraints.to_specifier,
    CONDA: conda_constraints.to_specifier,
    SERIES: "=={}.*".format,
}
EVERY = [f"{major}.{minor}.{patch}" for major in range(4) for minor in range(13) for patch in (0, 1, 5)]


@st.composite
def constraints(draw: st.DrawFn) -> tuple[Dialect, str]:
    dialect = draw(st.sampled_from(Dialect))
    clauses = []
    for _ in range(draw(st.sampled_from([1] if dialect is SERIES else [1, 1, 2, 3]))):
        operator = draw(st.sampled_from(OPERATORS[dialect]))
        star = draw(st.sampled_from(["", ".*"])) if operator in ("", "=", "==", "!=") and dialect is not SERIES else ""
        clauses.append(f"{operator}{draw(GAPS) if operator else ''}{draw(VERSIONS)}{star}")
    return dialect, draw(st.sampled_from([",", ", ", " , "])).join(clauses)


@st.composite
def aims(draw: st.DrawFn) -> tuple[str, str]:
    floor, pick = sorted(draw(st.lists(st.sampled_from(EVERY), min_size=2, max_size=2)), key=Version)
    return floor, pick


def meaning(dialect: Dialect, text: str) -> SpecifierSet:
    return SpecifierSet(FULL[dialect](text))


def skeleton(text: str) -> str:
    return re.sub(r"\d+(?:\.\d+)*", "N", text)


@settings(max_examples=300, deadline=None)
@given(constraints(), aims())
def test_what_is_raised_allows_the_pick_and_stays_so(case: tuple[Dialect, str], aim: tuple[str, str]) -> None:
    dialect, written = case
    new = raised(written, dialect, *aim)
    if new is None:
        return
    assert meaning(dialect, new).contains(aim[1])
    assert raised(new, dialect, *aim) == new
    tied = [each for each in meaning(dialect, new) if each.operator != "!="]
    wild = any(each.version.endswith(".*") for each in tied)
    if tied and not wild:
        assert not [each for each in EVERY if Version(each) < Version(aim[0]) and meaning(dialect, new).contains(each)]


@settings(max_examples=300, deadline=None)
@given(constraints(), aims())
def test_what_is_widened_allows_all_from_the_floor_to_the_pick(case: tuple[Dialect, str], aim: tuple[str, str]) -> None:
    dialect, written = case
    new = widened(written, dialect, *aim)
    if new is None:
        return
    allowed = SpecifierSet(",".join(str(each) for each in meaning(dialect, new) if each.operator != "!="))
    floor, pick = map(Version, aim)
    assert all(allowed.contains(each) for each in EVERY if floor <= Version(each) <= pick)
    assert meaning(dialect, new).contains(aim[0])
    assert widened(new, dialect, *aim) == new


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([PEP440, POETRY, CONDA]),
    st.tuples(GAPS, VERSIONS, st.sampled_from([",", ", ", " , "]), GAPS, VERSIONS),
    st.sampled_from(["{}", " {}", "{}, ", "{} "]),
    aims(),
)
def test_the_style_of_a_range_is_kept(
    dialect: Dialect, parts: tuple[str, ...], around: str, aim: tuple[str, str]
) -> None:
    gap, low, comma, second_gap, high = parts
    written = around.format(f">={gap}{low}{comma}<{second_gap}{high}")
    new = raised(written, dialect, *aim)
    if Version(low) > Version(aim[1]):
        assert new is None
    else:
        assert new is not None
        assert skeleton(new) == skeleton(written)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([PEP440, POETRY, CONDA]), st.sampled_from(["==", "== "]), VERSIONS, aims())
def test_a_pin_stays_a_pin(dialect: Dialect, operator: str, version: str, aim: tuple[str, str]) -> None:
    new = raised(f"{operator}{version}", dialect, *aim)
    if Version(version) > Version(aim[1]):
        assert new is None
    elif Version(version) == Version(aim[1]):
        assert new == f"{operator}{version}"
    else:
        assert new == f"{operator}{aim[1]}"


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Dialect)), st.text(alphabet="0123456789.*<>=!~^|,() abrc\n", max_size=20), aims())
def test_no_text_is_too_odd(dialect: Dialect, written: str, aim: tuple[str, str]) -> None:
    new = raised(written, dialect, *aim)
    if new is not None and written.strip() not in ("", "*"):
        assert meaning(dialect, new.strip().removeprefix("(").removesuffix(")")).contains(aim[1])


@pytest.mark.parametrize(
    ("written", "dialect", "expected"),
    [
        ("<0.24", Dialect.PEP440, "<2"),
        ("<=0.21.2", Dialect.PEP440, "<2"),
        (">=0.17,<0.22", Dialect.PEP440, ">=0.17,<2"),
        (">=0.17, <0.22, !=0.20", Dialect.PEP440, ">=0.17, <2, !=0.20"),
        ("~=0.21.0", Dialect.PEP440, ">=0.21,<2"),
        ("==0.21.2", Dialect.PEP440, ">=0.21.2,<2"),
        ("^0.21.1", Dialect.POETRY, ">=0.21.1,<2"),
        ("0.21.2", Dialect.POETRY, ">=0.21.2,<2"),
        (">=0.17", Dialect.PEP440, ">=0.17"),
        (">=2", Dialect.PEP440, None),
    ],
)
def test_opened_takes_nothing_away(written: str, dialect: Dialect, expected: str | None) -> None:
    allowed = SpecifierSet(poetry_constraints.to_specifier(written) if dialect is Dialect.POETRY else written)
    assert opened(written, dialect, allowed, "1.5.0") == expected
