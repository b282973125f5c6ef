async def test_free():
    """Runs on uvloop."""
