"""The webhook's processor time for one request, next to that of handing the same bytes to SNS."""

from tests.bench import rig as rigs
from tests.bench.gate import AtMostTimes, Row, Run
from tests.bench.rig import Rig

ALERTS = 10


def row(rig: Rig) -> Row:
    """Groups of ten alerts, signed, from Chalice's entry to its answer."""

    def measure() -> Run:
        said = rig.run("webhook_requests.py", rigs.request(ALERTS))
        return Run({"request": said["request"] * 1000}, said["publish"] * 1000)

    return Row(
        key="webhook",
        what=f"webhook, a request of {ALERTS} alerts with HMAC, SNS answering at once",
        unit="ms of CPU",
        yardstick="publish_batch of the same bytes alone",
        targets={"request": AtMostTimes(1.5)},
        measure=measure,
    )
