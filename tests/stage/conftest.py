"""The stack that the command line's other tests have too."""

from tests.cli.conftest import _the_stand_in_needs_no_long_poll, empty_account, prompt

__all__ = ["_the_stand_in_needs_no_long_poll", "empty_account", "prompt"]
