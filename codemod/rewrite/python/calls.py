"""Edits of one call or bare decorator: set a keyword, remove a keyword or all arguments, replace the callee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemod.rewrite.python import layout
from codemod.rewrite.python.syntax import RefusalError, Style, code_of, requote, same_expression

if TYPE_CHECKING:
    from collections.abc import Sequence


def set_keyword(node: cst.CSTNode, keyword: str, value: str, style: Style, indent: str) -> cst.CSTNode:
    """Return the call with ``keyword=value``; raise RefusalError where the call cannot take another argument."""
    expression = style.expression(value)
    call = node if isinstance(node, cst.Call) else _called(node)
    present = _position(call, keyword)
    if present is None:
        return _add(call, _argument(keyword, expression), indent)
    old = call.args[present]
    if same_expression(old.value, expression):
        return node
    if isinstance(old.value, cst.SimpleString) and isinstance(expression, cst.SimpleString):
        expression = requote(expression, old.value.quote[0])
    return call.with_deep_changes(old, value=expression)


def remove_keyword(node: cst.CSTNode, keyword: str) -> cst.CSTNode:
    """Return the call without ``keyword``; a call that has no such keyword stays as it is."""
    if not isinstance(node, cst.Call):
        return node
    index = _position(node, keyword)
    if index is None:
        return node
    args = [*node.args[:index], *node.args[index + 1 :]]
    gaps = layout.remove(_gaps(node), index)
    return _bare_mark(_composed(node, args, gaps, trailing=bool(args) and _has_trailing_comma(node)))


def remove_arguments(node: cst.CSTNode) -> cst.CSTNode:
    """Return what is called, without parentheses; raise RefusalError where that is no dotted name."""
    if not isinstance(node, cst.Call):
        return node
    if not isinstance(node.func, cst.Name | cst.Attribute):
        raise RefusalError("what is called is not a dotted name")
    return node.func.with_changes(lpar=[*node.lpar, *node.func.lpar], rpar=[*node.func.rpar, *node.rpar])


def _bare_mark(call: cst.Call) -> cst.CSTNode:
    """Return ``pytest.mark.asyncio()`` without its parentheses, which say nothing on a mark; other calls stay."""
    if call.args or layout.has_remark(call.whitespace_before_args) or call.lpar or ".mark." not in code_of(call.func):
        return call
    return call.func


def has_keyword(node: cst.CSTNode, keyword: str) -> bool:
    """Tell whether the node is a call with ``keyword``."""
    return isinstance(node, cst.Call) and _position(node, keyword) is not None


def replace_callee(node: cst.CSTNode, dotted: str) -> cst.CSTNode:
    """Return the call, name or attribute with ``dotted`` as the thing called; raise RefusalError for other callees."""
    callee = node.func if isinstance(node, cst.Call) else node
    if not isinstance(callee, cst.Name | cst.Attribute):
        raise RefusalError("what is called is not a dotted name")
    if code_of(callee) == dotted:
        return node
    new = cst.parse_expression(dotted).with_changes(lpar=callee.lpar, rpar=callee.rpar)
    return node.with_changes(func=new) if isinstance(node, cst.Call) else new


def drop_empty_parentheses(node: cst.CSTNode) -> cst.CSTNode:
    """Return the decorator ``@a.b()`` as ``@a.b``; parentheses that hold arguments or a comment stay."""
    decorator = cst.ensure_type(node, cst.Decorator)
    call = decorator.decorator
    if not isinstance(call, cst.Call) or call.args or layout.has_remark(call.whitespace_before_args):
        return decorator
    if not isinstance(call.func, cst.Name | cst.Attribute):
        return decorator
    return decorator.with_changes(decorator=call.func)


def _called(node: cst.CSTNode) -> cst.Call:
    name = node if isinstance(node, cst.Name) else cst.ensure_type(node, cst.Attribute)
    # The parentheses round ``(a.b)`` belong to the whole expression, so they have to move out to the call.
    return cst.Call(func=name.with_changes(lpar=[], rpar=[]), lpar=name.lpar, rpar=name.rpar)


def _position(call: cst.Call, keyword: str) -> int | None:
    for index, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == keyword:
            return index
    return None


def _argument(keyword: str, value: cst.BaseExpression) -> cst.Arg:
    tight = cst.AssignEqual(whitespace_before=layout.NOTHING, whitespace_after=layout.NOTHING)
    return cst.Arg(value=value, keyword=cst.Name(keyword), equal=tight)


def _add(call: cst.Call, new: cst.Arg, indent: str) -> cst.Call:
    if len(call.args) == 1 and isinstance(call.args[0].value, cst.GeneratorExp) and not call.args[0].value.lpar:
        raise RefusalError("a generator expression without parentheses must stay the only argument")
    index = next((i for i, arg in enumerate(call.args) if arg.star == "**"), len(call.args))
    gaps, trailing = layout.insert(_gaps(call), index, trailing=_has_trailing_comma(call), indent=indent)
    return _composed(call, [*call.args[:index], new, *call.args[index:]], gaps, trailing=trailing)


def _has_trailing_comma(call: cst.Call) -> bool:
    return bool(call.args) and isinstance(call.args[-1].comma, cst.Comma)


def _gaps(call: cst.Call) -> list[layout.Gap]:
    after = [a.comma.whitespace_after if isinstance(a.comma, cst.Comma) else a.whitespace_after_arg for a in call.args]
    return [call.whitespace_before_args, *after]


def _composed(call: cst.Call, args: Sequence[cst.Arg], gaps: Sequence[layout.Gap], *, trailing: bool) -> cst.Call:
    composed = []
    for index, (arg, gap) in enumerate(zip(args, gaps[1:], strict=True)):
        if index == len(args) - 1 and not trailing:
            arg = arg.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=gap)
        elif isinstance(arg.comma, cst.Comma):
            arg = arg.with_changes(comma=arg.comma.with_changes(whitespace_after=gap))
        else:
            arg = arg.with_changes(comma=cst.Comma(whitespace_after=gap), whitespace_after_arg=layout.NOTHING)
        composed.append(arg)
    return call.with_changes(args=composed, whitespace_before_args=gaps[0])
