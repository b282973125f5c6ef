async def test_server():
    pass
