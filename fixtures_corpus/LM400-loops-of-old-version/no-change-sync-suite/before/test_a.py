def test_a(numbers):
    assert sum(numbers) == 3
