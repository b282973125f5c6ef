from unittest.mock import AsyncMock, patch

import appdb


@patch("appdb.engine", new_callable=AsyncMock)
async def test_dispose(engine):
    await appdb.engine.dispose()
    engine.dispose.assert_awaited()


@patch("appdb.engine", new_callable=AsyncMock)
async def test_dispose_again(engine):
    await appdb.engine.dispose()
    engine.dispose.assert_awaited()
