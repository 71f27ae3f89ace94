"""What holds rows back from outside is asked in order, and each reads what it needs."""

from datetime import datetime

from chalicelib.alert import AlertEvent
from chalicelib.conditions.nothing import Held, Quiet
from chalicelib.conditions.row import AlertState
from chalicelib.sync.outside import Outside
from tests.unit.builders import at, firing, row_of

ALERT, ROW = firing(0), row_of(firing(0))


class Holder:
    """Holds back what it is told to, and notes what it was asked."""

    def __init__(self, held: Held | None) -> None:
        self.held = held
        self.asked: list[tuple[AlertEvent, datetime]] = []
        self.refreshed: list[AlertState] = []

    def __call__(self, alert: AlertEvent, at: datetime) -> Held | None:
        self.asked.append((alert, at))
        return self.held

    def refresh(self, row: AlertState) -> None:
        self.refreshed.append(row)


def test_the_first_that_holds_an_alert_back_is_the_one_reported() -> None:
    first, second = Held(Quiet.MAINTENANCE, at(9)), Held(Quiet.INHIBITED, at(9))
    holders = (Holder(None), Holder(first), Holder(second))
    assert Outside(holders)(ALERT, at(3)) == first
    assert [holder.asked for holder in holders] == [[(ALERT, at(3))], [(ALERT, at(3))], []]
    assert Outside((Holder(None),))(ALERT, at(3)) is None
    assert Outside(())(ALERT, at(3)) is None


def test_each_reads_what_it_needs() -> None:
    holders = (Holder(None), Holder(None))
    Outside(holders).refresh(ROW)
    assert [holder.refreshed for holder in holders] == [[ROW], [ROW]]
