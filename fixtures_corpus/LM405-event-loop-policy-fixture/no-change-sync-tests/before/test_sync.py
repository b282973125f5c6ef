def test_sync(value):
    assert value == 1
