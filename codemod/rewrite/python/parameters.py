"""RemoveParameter and AddParameter: change a signature in its own layout.

The parts of a signature, the markers ``/`` and ``*`` among them, are one comma-separated list here (`layout`); what
each part is follows from the markers and stars when the list is put together again.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemod.rewrite.python import layout
from codemod.rewrite.python.syntax import RefusalError, identifier

Part = cst.Param | cst.ParamSlash | cst.ParamStar


@dataclass(frozen=True, slots=True)
class _Signature:
    """The parts of a signature in order, the gaps around them, and whether a comma ends the list."""

    parts: list[Part]
    gaps: list[layout.Gap]
    trailing: bool

    def without(self, index: int) -> _Signature:
        before, after = self.gaps[index : index + 2]
        gaps = layout.remove(self.gaps, index)
        if len(self.parts) == 1 and not isinstance(before, cst.ParenthesizedWhitespace) and layout.has_remark(after):
            # The comment shares the line of ``def f(``, which stays.
            gaps = [after]
        return _Signature([*self.parts[:index], *self.parts[index + 1 :]], gaps, self.trailing)

    def plus(self, index: int, part: Part, indent: str) -> _Signature:
        gaps, trailing = layout.insert(self.gaps, index, trailing=self.trailing, indent=indent)
        return _Signature([*self.parts[:index], part, *self.parts[index:]], gaps, trailing)


def remove_parameter(node: cst.CSTNode, name: str) -> cst.FunctionDef:
    """Return the function without the parameter; a ``*`` or ``/`` that has no use any more goes with it.

    Raise RefusalError where there is no such parameter, or it is ``*name`` or ``**name``.
    """
    function = cst.ensure_type(node, cst.FunctionDef)
    signature = _signature(function)
    index = _position(signature.parts, name)
    if index is None:
        raise RefusalError(f"it has no parameter {name}")
    of = function.params
    alone = signature.without(index)
    if len(of.kwonly_params) == 1 and of.kwonly_params[0].name.value == name and isinstance(of.star_arg, cst.ParamStar):
        alone = alone.without(index - 1)
    elif len(of.posonly_params) == 1 and of.posonly_params[0].name.value == name:
        alone = alone.without(index)
    return _with_signature(function, alone)


def add_parameter(node: cst.CSTNode, name: str, indent: str) -> cst.FunctionDef:
    """Return the function with ``name`` as its last parameter but ``**kwargs``; one that has it stays as it is.

    After ``*``, ``*args`` or a parameter with a default it becomes keyword-only, which callers that pass arguments by
    name, as pytest does, cannot tell. Raise RefusalError where ``*name`` or ``**name`` is there, or for no identifier.
    """
    function = cst.ensure_type(node, cst.FunctionDef)
    signature = _signature(function)
    if _position(signature.parts, name) is not None:
        return function
    new: list[Part] = [cst.Param(identifier(name), star="")]
    of = function.params
    positional = [*of.posonly_params, *of.params]
    if isinstance(of.star_arg, cst.MaybeSentinel) and positional and positional[-1].default is not None:
        new.insert(0, cst.ParamStar())
    index = len(signature.parts) - (of.star_kwarg is not None)
    for offset, part in enumerate(new):
        signature = signature.plus(index + offset, part, indent)
    return _with_signature(function, signature)


def _position(parts: list[Part], name: str) -> int | None:
    for index, part in enumerate(parts):
        if isinstance(part, cst.Param) and part.name.value == name:
            if part.star:
                raise RefusalError(f"{name} is its parameter {part.star}{name}")
            return index
    return None


def _signature(function: cst.FunctionDef) -> _Signature:
    of = function.params
    found = [*of.posonly_params, of.posonly_ind, *of.params, of.star_arg, *of.kwonly_params, of.star_kwarg]
    parts = [part for part in found if isinstance(part, Part)]
    gaps = [function.whitespace_before_params, *map(_gap_after, parts)]
    return _Signature(parts, gaps, bool(parts) and isinstance(parts[-1].comma, cst.Comma))


def _gap_after(part: Part) -> layout.Gap:
    if isinstance(part.comma, cst.Comma):
        return part.comma.whitespace_after
    if isinstance(part, cst.ParamSlash):
        return part.whitespace_after
    return part.whitespace_after_param if isinstance(part, cst.Param) else layout.NOTHING


def _with_signature(function: cst.FunctionDef, signature: _Signature) -> cst.FunctionDef:
    parts = []
    for index, (part, gap) in enumerate(zip(signature.parts, signature.gaps[1:], strict=True)):
        is_last = index == len(signature.parts) - 1
        parts.append(_followed(part, gap, comma=not is_last or signature.trailing))
    parameters = _parameters(parts)
    return function.with_changes(params=parameters, whitespace_before_params=signature.gaps[0])


def _followed(part: Part, gap: layout.Gap, *, comma: bool) -> Part:
    """Return ``part`` with the gap after its comma, or right after it where no comma follows."""
    if comma and isinstance(part.comma, cst.Comma):
        return part.with_changes(comma=part.comma.with_changes(whitespace_after=gap))
    own = "whitespace_after" if isinstance(part, cst.ParamSlash) else "whitespace_after_param"
    spaces = {} if isinstance(part, cst.ParamStar) else {own: layout.NOTHING if comma else gap}
    return part.with_changes(comma=cst.Comma(whitespace_after=gap) if comma else cst.MaybeSentinel.DEFAULT, **spaces)


def _parameters(parts: list[Part]) -> cst.Parameters:
    slash = next((part for part in parts if isinstance(part, cst.ParamSlash)), None)
    star = next((part for part in parts if isinstance(part, cst.ParamStar) or getattr(part, "star", "") == "*"), None)
    assert not isinstance(star, cst.ParamSlash)  # the condition above, which is none of the types
    first = parts.index(slash) if slash else 0
    second = parts.index(star) if star else len(parts)
    # libcst checks the parts against each other, so they have to be put together at once.
    return cst.Parameters(
        posonly_params=_plain(parts[:first]),
        posonly_ind=slash or cst.MaybeSentinel.DEFAULT,
        params=_plain(parts[first:second]),
        star_arg=star or cst.MaybeSentinel.DEFAULT,
        kwonly_params=_plain(parts[second:]),
        star_kwarg=next((part for part in parts if isinstance(part, cst.Param) and part.star == "**"), None),
    )


def _plain(parts: list[Part]) -> list[cst.Param]:
    return [part for part in parts if isinstance(part, cst.Param) and not part.star]
