from base import Contract


class TestDisk(Contract):
    pass
