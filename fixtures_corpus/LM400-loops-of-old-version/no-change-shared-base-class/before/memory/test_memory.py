from base import Contract


class TestMemory(Contract):
    pass
