"""Turn a function over option groups into a typer command: one place for signatures, errors and exit codes."""

from __future__ import annotations

import functools
import inspect
from dataclasses import MISSING, Field, fields
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_type_hints

import typer

from codemod.cli.console import Console
from codemod.cli.options import Screen
from codemod.errors import ExitCode, LoopmendError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def verb(*groups: type) -> Callable[[Callable[..., ExitCode]], Callable[..., None]]:
    """Make a command of a function that takes a Console, one value per group, and its own options by name.

    The command's options are the function's own, those of each group, and those of Screen. It ends in
    ``typer.Exit``: with what the function returns, with a LoopmendError's code after showing the error, or with 130
    after Ctrl-C.
    """

    def decorate(function: Callable[..., ExitCode]) -> Callable[..., None]:
        @functools.wraps(function)
        def command(**values: Any) -> None:
            console = Console()
            try:
                screen = _take(Screen, values)
                console.use(screen)
                code = function(console, *[_take(group, values) for group in groups], **values)
            except LoopmendError as error:
                console.fail(error)
                code = error.exit_code
            except KeyboardInterrupt:
                console.say("interrupted")
                code = ExitCode.INTERRUPTED
            raise typer.Exit(code)

        parameters = [*_own(function, 1 + len(groups)), *(p for group in (*groups, Screen) for p in _parameters(group))]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {}
        return command

    return decorate


def _take(group: type, values: dict[str, Any]) -> Any:
    return group(**{item.name: values.pop(item.name) for item in _fields(group) if item.name in values})


def _own(function: Callable[..., ExitCode], skip: int) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    # The parameters before these have types that are imported for type checking only.
    texts = SimpleNamespace(__annotations__={parameter.name: parameter.annotation for parameter in parameters})
    hints = get_type_hints(texts, function.__globals__, include_extras=True)
    return [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])
        for parameter in parameters
    ]


def _parameters(group: type) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for item in _fields(group):
        default = inspect.Parameter.empty if item.default is MISSING else item.default
        yield inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hints[item.name])


def _fields(group: Any) -> tuple[Field[Any], ...]:
    return fields(group)
