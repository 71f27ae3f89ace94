"""What keeps a command from being carried out: all of it, told at once."""


class Faults(Exception):
    """The faults that were found, each with what to do about it."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__("\n".join([what, *(f"  - {fault}" for fault in faults)]))
        self.faults = faults
