"""Names the cases of a test by what they hold."""

import pytest

from tests import words


def pytest_make_parametrize_id(config: pytest.Config, val: object) -> str | None:
    """Put a case in words, where pytest would count it."""
    return words.of(val)
