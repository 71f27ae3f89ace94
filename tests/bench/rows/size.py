"""Memory and size: what thousands of alerts add to the collector, and how large the package is."""

from tests.bench import rig as rigs
from tests.bench.gate import Row, Run, Under
from tests.bench.rig import Rig

BATCH = 10


def rows(rig: Rig) -> list[Row]:
    """Both."""

    def memory() -> Run:
        said = rig.run("memory.py", rigs.batch(BATCH))
        return Run({"growth": said["peak"] - said["first"]}, said["first"])

    def size() -> Run:
        return Run({"package": rig.package.stat().st_size / 1e6})

    return [
        Row(
            key="memory",
            what="peak memory that 5,000 alerts add to the collector, real clients",
            unit="MB",
            yardstick="its peak after its first batch",
            targets={"growth": Under(20)},
            measure=memory,
        ),
        Row(
            key="package",
            what="deployment package",
            unit="MB",
            targets={"package": Under(12)},
            measure=size,
        ),
    ]
