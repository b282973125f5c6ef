import asyncio
import functools
import unittest

import pytest_asyncio  # noqa: F401


def in_loop(method):
    @functools.wraps(method)
    def wrapped(self):
        asyncio.run(method(self))

    return wrapped


class TestThing(unittest.TestCase):
    @in_loop
    async def test_async(self):
        pass
