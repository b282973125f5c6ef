async def test_version(version):
    assert version


async def test_version_again(version):
    assert version[0].isdigit()
