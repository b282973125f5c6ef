import asyncio
from unittest.mock import patch


async def test_patched_by_name():
    with patch("asyncio.get_event_loop", return_value="patched"):
        assert asyncio.get_event_loop() == "patched"
