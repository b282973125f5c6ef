import asyncio

import pytest


@pytest.mark.asyncio
async def test_sleeps():
    await asyncio.sleep(0)


def test_text():
    assert "pytest-asyncio==0.23.8"
