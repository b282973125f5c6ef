"""What the text and the Markdown of a batch say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemod.batch.outputs.view import Batch
    from codemod.batch.shards import Shard

MINUS = "\N{MINUS SIGN}"
_TIMES = "\N{MULTIPLICATION SIGN}"


def lines(added: int, removed: int) -> str:
    """Return numbers of added and removed lines side by side."""
    return f"+{added} {MINUS}{removed}"


def weighed(batch: Batch, shard: Shard) -> str:
    """Return the rules of a shard, each with how many findings it answers."""
    weights = batch.weights(shard).items()
    return " ".join(f"{code}{_TIMES}{number}" if number else code for code, number in weights)
