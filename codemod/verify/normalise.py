"""Take out of errors and warnings what differs from run to run, so that one cause reads the same in two runs."""

from __future__ import annotations

import re

_LONGEST = 2000
"""Characters of a text that count: more would not tell two causes apart, and patterns must stay fast."""

_REPR = r"(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*"
"""The inside of ``<Task pending coro=<f() running at <string>:1>>``."""

_PATTERNS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\s+", " "),
        # asyncio's own objects say where they are in their life, and what wraps a test differs between versions.
        (rf"<(\w*(?:Task|Future|Loop|Transport|Handle)|socket\.socket)\b{_REPR}>", r"<\1>"),
        # The folder of a throw-away copy, of an environment or of pytest's tmp_path; the name of the file stays.
        (r"(?<![\w.:/\\])(?:[A-Za-z]:)?(?:[\\/][^\s\\/'\"`:,;()<>\[\]]+)+[\\/]", "…/"),
        (r"(\.py\w?(?:\", line |:))\d+", r"\1N"),
        (r"\bline \d+", "line N"),
        (r"\btmp[a-z0-9_]{8}\b", "tmp"),
        (r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "ID"),
        (r"\b0x[0-9a-fA-F]+", "0x"),
        (r"\b(?=[a-f]*\d)[0-9a-f]{12,}\b", "ID"),
        (r"\b(Task|Thread|Process|ThreadPoolExecutor|Dummy)-\d+(?:_\d+)?", r"\1-N"),
        (r"\bgw\d+\b", "gw"),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", "TIME"),
        (r"\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?", "TIME"),
        (r"(\b127\.0\.0\.1|\b0\.0\.0\.0|\blocalhost|::1)([\"'\])]{0,2}(?::|, ?|:? port ))\d{1,5}\b", r"\1\2N"),
        (r"(?i)\b(pid|port|id|fd|process|thread)( ?[=:] ?| )\d+", r"\1\2N"),
        (r"\b\d+(?:\.\d+)?(?:e-?\d+)? ?(s|ms|us|µs|ns|secs?|seconds?|minutes?)\b", r"N \1"),
        # pytest names its own exceptions with and without their module, and counts what a group holds.
        (r"\b(?:_?pytest\.(?:\w+\.)*)(?=[A-Z])", ""),
        (r" ?\(\d+ sub-exceptions?\)", ""),
    )
)
"""What varies and what stands for it, in this order."""


def normalise(text: str) -> str:
    """Return ``text`` on one line without addresses, numbers of processes, ports and tasks, times and folders."""
    text = text[:_LONGEST]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text.strip()
