"""Who may not write is remembered for ten minutes, in each repository, and never too many of them."""

from datetime import timedelta

from chalicelib.github.strangers import KEPT, MOST, Strangers
from tests.unit.builders import at


def test_somebody_refused_is_known_in_that_repository_for_ten_minutes() -> None:
    strangers = Strangers()
    strangers.note("o/r", "mona", at(0))
    assert strangers.of("o/r", at(0) + KEPT - timedelta(seconds=1)) == {"mona"}
    assert strangers.of("o/r", at(0) + KEPT) == strangers.of("o/other", at(0)) == set()


def test_of_very_many_those_asked_about_first_are_forgotten() -> None:
    strangers = Strangers()
    for number in range(MOST):
        strangers.note("o/r", f"stranger-{number}", at(0))
    strangers.note("o/r", "stranger-0", at(1))
    strangers.note("o/r", "one-more", at(1))
    known = strangers.of("o/r", at(1))
    assert len(known) == MOST
    assert {"stranger-0", "one-more"} < known
    assert "stranger-1" not in known
