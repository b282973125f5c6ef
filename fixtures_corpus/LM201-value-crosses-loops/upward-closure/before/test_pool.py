import pytest


@pytest.mark.parametrize("i", range(3))
async def test_select(repositories, numbers, i):
    assert await repositories[0].number(numbers[i]) == numbers[i]
