"""Cold starts: from a fresh interpreter to the first request answered, and to the first issue opened.

Measured in the processor's time, which for what waits for nobody is its time on a machine that is otherwise
at rest. The interpreter's own start is in both; its end is in neither, since Lambda does not wait for it. The
invocation is measured alone too: while Lambda starts a function it gives it a whole CPU, but an invocation at
512 MB has less than a third of one (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
"""

from collections.abc import Callable

from tests.bench import rig as rigs
from tests.bench.gate import AtMostTimes, Row, Run
from tests.bench.rig import Rig


def rows(rig: Rig) -> list[Row]:
    """The webhook's and the collector's."""
    return [
        Row(
            key="cold-webhook",
            what="cold start of the webhook, first request answered",
            unit="ms of CPU",
            yardstick="import chalice, Powertools, boto3; make the same clients",
            targets={"cold start": AtMostTimes(1.25), "its invocation": AtMostTimes(0.15)},
            measure=_measure(rig, "cold_webhook.py", lambda: rigs.request(10)),
        ),
        Row(
            key="cold-collector",
            what="cold start of the collector, first alert an issue",
            unit="ms of CPU",
            yardstick="the same with pydantic, httpx, PyJWT; its clients",
            targets={"cold start": AtMostTimes(1.05), "its invocation": AtMostTimes(0.15)},
            measure=_measure(rig, "cold_collector.py", lambda: rigs.batch(1)),
        ),
    ]


def _measure(rig: Rig, program: str, event: Callable[[], object]) -> Callable[[], Run]:
    def measure() -> Run:
        yardstick = rig.run(program.replace(".py", "_yardstick.py"))
        ours = rig.run(program, event())
        figures = {"cold start": ours["whole"] * 1000, "its invocation": ours["invocation"] * 1000}
        return Run(figures, yardstick * 1000)

    return measure
