def test_size(pool):
    assert pool.get_max_size() == 10


def test_size_again(pool):
    assert pool.get_min_size() == 10
