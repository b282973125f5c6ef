import asyncio
import unittest


class AsyncCase(unittest.TestCase):
    def _callTestMethod(self, method):
        result = method()
        if asyncio.iscoroutine(result):
            asyncio.run(result)
