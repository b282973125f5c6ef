from app import close


class Client:
    async def close(self):
        raise RuntimeError("Event loop is closed")


async def test_close():
    try:
        await close(Client())
    except RuntimeError as error:
        assert "Event loop is closed" not in str(error)
