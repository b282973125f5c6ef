async def test_a(settings):
    assert settings["debug"]


async def test_b(settings):
    assert settings["debug"]
