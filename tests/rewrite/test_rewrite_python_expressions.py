"""Expressions that take the place of others, with the parentheses that are needed and no others."""

from __future__ import annotations

import ast
import itertools

import pytest
from rewrite_python_places import PATH, call, edited, expression, refusal, statement

from codemod.operations import AddCleanup, RemoveStatement, ReplaceExpression, SetCallKeyword, Span


def put(text: str, code: str, old: str = "loop", number: int = 0) -> str:
    return edited(text, ReplaceExpression(PATH, expression(text, old, number), code))


def refused(text: str, code: str, old: str = "loop", number: int = 0) -> str:
    return refusal(text, ReplaceExpression(PATH, expression(text, old, number), code))


PUT = {
    "x = loop": ("a or b", "x = a or b"),
    "x = loop  # c": ("f(1)", "x = f(1)  # c"),
    "x = loop.y": ("a or b", "x = (a or b).y"),
    "x = (loop).y": ("a or b", "x = (a or b).y"),
    "x = (loop)": ("a, b", "x = (a, b)"),
    "x = loop.real": ("1", "x = (1).real"),
    "f(loop, k=1)": ("(x for x in y)", "f((x for x in y), k=1)"),
    "f(a, loop)": ("b, c", "f(a, (b, c))"),
    "f(k = loop)": ("a if b else c", "f(k = a if b else c)"),
    "f(**loop)": ("a or b", "f(**a or b)"),
    "x = -loop": ("a + b", "x = -(a + b)"),
    "x = a * loop": ("b + c", "x = a * (b + c)"),
    "x = loop ** 2": ("-a", "x = (-a) ** 2"),
    "x = not loop": ("a and b", "x = not (a and b)"),
    "x = loop < b": ("c < d", "x = (c < d) < b"),
    "x = a\\\n  + loop": ("c * d", "x = a\\\n  + c * d"),
    "x = [a for b in loop]": ("c if d else e", "x = [a for b in (c if d else e)]"),
    "x = lambda: loop": ("a, b", "x = lambda: (a, b)"),
    "x = a if loop else c": ("lambda: 1", "x = a if (lambda: 1) else c"),
    "x = a if(loop)else c": ("d", "x = a if(d)else c"),
    "x[loop]": ("a, b", "x[a, b]"),
    "x = {loop: 1}": ("lambda: 1", "x = {lambda: 1: 1}"),
    "@loop\ndef f(): pass": ("a.b(c)", "@a.b(c)\ndef f(): pass"),
    "def f(a: int = loop): pass": ("lambda: 1", "def f(a: int = lambda: 1): pass"),
    "def f() -> loop: pass": ("A | B", "def f() -> A | B: pass"),
    "with loop as x: pass": ("a, b", "with (a, b) as x: pass"),
    "for x in loop: pass": ("a, b", "for x in a, b: pass"),
    "assert a, loop": ("a, b", "assert a, (a, b)"),
    "if a: pass\nelif loop: pass": ("b and c", "if a: pass\nelif b and c: pass"),
    "while loop: pass": ("(x := 1)", "while (x := 1): pass"),
    "match loop:\n    case 1: pass": ("a, b", "match a, b:\n    case 1: pass"),
    "class A(loop): pass": ("b.c", "class A(b.c): pass"),
    "async def f():\n    await loop": ("a + b", "async def f():\n    await (a + b)"),
    "def f(): return loop": ("a, b", "def f(): return a, b"),
    "def f(): return(loop)": ("a", "def f(): return(a)"),
    "def f():\n\tg((yield loop), 1)": ("a", "def f():\n\tg((yield a), 1)"),
    "x = f(\n    loop,  # c\n)": ('"s"', 'x = f(\n    "s",  # c\n)'),
    "x = ''; f(loop)": ('"s"', "x = ''; f('s')"),
    "'é'; loop": ("a", "'é'; a"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("before", PUT)
def test_an_expression_takes_the_place_of_another(before: str, newline: str) -> None:
    code, after = PUT[before]
    text, expected = (f"# c\n{part}\n".replace("\n", newline) for part in (before, after))
    assert put(text, code) == expected


TUPLES = {
    "def f(): return (a, b)": "def f(): return x",
    "def f(): return a, b": "def f(): return x",
    "def f(): return(a, b)": "def f(): return(x)",
    "def f(): return ((a, b))": "def f(): return (x)",
    "f((a, b), c)": "f(x, c)",
}


@pytest.mark.parametrize("before", TUPLES)
def test_a_tuple_goes_with_the_parentheses_that_are_its_own(before: str) -> None:
    assert put(before, "x", "(a, b)") == TUPLES[before]


def test_a_generator_goes_with_its_parentheses() -> None:
    assert put("f((a for a in b), c)", "x", "(a for a in b)") == "f(x, c)"
    assert "there is no expression" in refused("f(a for a in b)", "x", "(a for a in b)")


@pytest.mark.parametrize("code", ["loop . run( )", "(loop.run())", "loop.run(\n)"])
def test_the_same_expression_is_left_as_it_is_spelt(code: str) -> None:
    text = "x  =  loop . run ( )  # c\n"
    assert put(text, code, "loop.run()") == text


def test_strings_in_pieces_and_calls_over_lines_are_one_expression() -> None:
    assert put("x = 'a' \\\n  'b'\n", '"c"', "'ab'") == "x = 'c'\n"
    assert put("x = a(\n  1,  # gone\n).b\n", "c", "a(1)") == "x = c.b\n"


EMPTY = {
    "def f():\n    yield  loop  # c\n": "def f():\n    yield  # c\n",
    "def f(): return loop\n": "def f(): return\n",
    "def f():\n    return(loop); a\n": "def f():\n    return; a\n",
    "def f():\n    x = yield loop\n": "def f():\n    x = yield\n",
    "def f():\n    g((yield loop), 1)\n": "def f():\n    g((yield), 1)\n",
    "def f():\n\twith a:\n\t\tyield (\n\t\t\tloop\n\t\t)\n": "def f():\n\twith a:\n\t\tyield\n",
}


@pytest.mark.parametrize("before", EMPTY)
def test_the_value_of_a_yield_or_return_can_be_left_out(before: str) -> None:
    assert put(before, "") == EMPTY[before]


def test_a_tuple_can_be_left_out() -> None:
    assert put("def f():\n    yield a, b\n", "", "(a, b)") == "def f():\n    yield\n"
    assert put("def f():\n    yield(a, b)\n", "", "(a, b)") == "def f():\n    yield\n"


@pytest.mark.parametrize(
    "text",
    ["x = loop", "f(loop)", "async def f(): await loop", "def f(): yield from loop", "def f(): return loop.x", "loop"],
)
def test_nothing_else_can_be_left_out(text: str) -> None:
    assert "only the value of a yield or a return can be left out" in refused(text, "")


@pytest.mark.parametrize("text", ["loop = 1", "del loop", "for loop in x: pass", "with x as loop: pass", "loop: T = 1"])
def test_a_name_that_is_bound_is_refused(text: str) -> None:
    assert "nothing is read at this place" in refused(text, "x")


@pytest.mark.parametrize("text", ["match x:\n    case loop.a: pass\n", "match x:\n    case A(b=loop.a): pass\n"])
def test_a_pattern_is_refused(text: str) -> None:
    assert "nothing is read at this place" in refused(text, "x", "loop.a")


@pytest.mark.parametrize(
    "text", ["def loop(): pass", "class loop: pass", "def f(loop): pass", "import loop", "f(loop=1)", "global loop"]
)
def test_a_name_that_is_no_expression_is_refused(text: str) -> None:
    column = text.index("loop")
    reason = refusal(text, ReplaceExpression(PATH, Span(1, column, 1, column + 4), "x"))
    assert reason.endswith(("there is no expression at this place", "nothing is read at this place"))


@pytest.mark.parametrize("place", [Span(1, 0, 1, 8), Span(1, 5, 1, 8), Span(1, 4, 1, 5), Span(2, 0, 2, 1)])
def test_a_place_without_an_expression_is_refused(place: Span) -> None:
    assert "there is no expression at this place" in refusal("x = loop\n", ReplaceExpression(PATH, place, "y"))


@pytest.mark.parametrize("code", ["a = 1", "a)", "a b", "pass", "# c", "*", "a\nb", "x := 1", "a for a in b"])
def test_code_that_is_no_expression_is_refused(code: str) -> None:
    assert refused("x = loop\n", code) == "RewriteError: an operation's text gives no valid Python"


def test_an_expression_that_does_not_compile_there_is_refused() -> None:
    assert "would not compile" in refused("x = loop\n", "await a")
    assert "would not compile" in refused("async def f():\n    def g(): loop\n", "await a")


def test_a_self_documenting_field_is_refused() -> None:
    text = "x = f'{loop=}'\n"
    column = text.index("loop")
    reason = refusal(text, ReplaceExpression(PATH, Span(1, column, 1, column + 4), "y"))
    assert reason == "RewriteError: line 1: the new expression cannot stand there"


def test_two_edits_of_one_expression_are_refused() -> None:
    text = "def f():\n    yield a(b(1))\n"
    outer = ReplaceExpression(PATH, expression(text, "a(b(1))"), "c")
    empty = ReplaceExpression(PATH, expression(text, "a(b(1))"), "")
    others = [
        ReplaceExpression(PATH, expression(text, "b(1)"), "d"),
        SetCallKeyword(PATH, call(text, "b"), "k", "1"),
        SetCallKeyword(PATH, call(text, "a"), "k", "1"),
    ]
    reason = "RewriteError: line 2: what is replaced there is changed by another operation too"
    for first, second in [*itertools.product([outer, empty], others), (outer, empty), (empty, outer)]:
        assert refusal(text, first, second) == reason
        assert refusal(text, second, first) == reason


def test_edits_next_to_a_replaced_expression_are_made() -> None:
    text = "def f():\n    yield a(b(1), c)\n"
    inner = ReplaceExpression(PATH, expression(text, "b(1)"), "d"), ReplaceExpression(PATH, expression(text, "c"), "e")
    assert edited(text, *inner) == "def f():\n    yield a(d, e)\n"
    assert edited(text, *inner, SetCallKeyword(PATH, call(text, "a"), "k", "1")).endswith("yield a(d, e, k=1)\n")
    assert edited(text, *inner, RemoveStatement(PATH, statement(text, "yield a(b(1), c)"))) == "def f():\n    pass\n"
    body = statement(text, "def f():\n    yield a(b(1), c)")
    cleaned = edited(text, *inner, AddCleanup(PATH, body, "v", ("{value}.close()",)))
    assert cleaned == "def f():\n    v = a(d, e)\n    yield v\n    v.close()\n"


# --- every pair ------------------------------------------------------------------------------------------------------

PLACES = [
    "x = {}", "{}.a", "{}(1)", "{}[1]", "a[{}]", "a[{}:1]", "f({})", "f(*{})", "f(k={})", "[{}, 1]", "[*{}]", "({}, 1)",
    "{{{}: 1}}", "{{**{}}}", "-{}", "not {}", "{} + 1", "1 + {}", "{} ** 2", "2 ** {}", "a < {} < b", "a and {}",
    "{} or b", "{} if b else c", "a if {} else c", "a if b else {}", "lambda: {}", "lambda x={}: x", "[{} for a in b]",
    "[a for b in {}]", "[a for b in c if {}]", "x += {}", "x: {} = 1", "assert {}, b", "raise a from {}", "(a := {})",
    "@{}\ndef f(): pass", "def f(a={}): pass", "class A({}, k=1): pass", "if {}: pass", "while ({}): pass",
    "for a in {}: pass", "with {}: pass", "with {} as a, b: pass", "async def f(): return await {}",
    "def f(): yield {}", "def f(): return {}", "def f(): x = yield from {}", "(f({}).b, c)", "del a[{}]", "f'{{{}}}'",
]  # fmt: skip
CODES = [
    "a", "1", "-1", '"s"', "a.b", "f(1)", "a + b", "a ** b", "not a", "a and b", "a < b", "a if b else c", "lambda: a",
    "a, b", "(a, b)", "[a]", "{a}", "{a: b}", "[a for a in b]", "(a for a in b)", "(a := 1)",
]  # fmt: skip


class Putter(ast.NodeTransformer):
    def __init__(self, code: str) -> None:
        self.code = code

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(self.code, mode="eval").body if node.id == "loop" else node


def means(text: str, wanted: str) -> bool:
    """Tell whether ``text`` compiles and has the wanted tree."""
    try:
        compile(text, "x", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return ast.dump(ast.parse(text)) == wanted


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("place", PLACES)
def test_the_tree_is_the_old_one_with_the_node_replaced(place: str) -> None:
    text = place.format("loop") + "\n"
    column = text.replace("\n", " ").index("loop")
    span = Span(1, column, 1, column + 4)
    done = 0
    for code in CODES:
        wanted = ast.dump(Putter(code).visit(ast.parse(text)))
        spelt = [place.format(each) + "\n" for each in (code, f"({code})")]
        right = [each for each in spelt if means(each, wanted)]
        operation = ReplaceExpression(PATH, span, code)
        if right:
            assert edited(text, operation) == right[0]
            done += 1
        else:
            assert refusal(text, operation).endswith(("cannot stand there", "of the result)"))
    assert done >= len(CODES) - 1
