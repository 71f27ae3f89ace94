"""The cast: the alerts that the story is about, as their senders know them."""

from typing import Any

from tests.local import senders
from tests.local.senders import GrafanaAlert

QUEUE = GrafanaAlert(
    "Runner queue too long", "P1", "ci-runners", "118 jobs have waited for more than 10 minutes", value=118
)
DISK = GrafanaAlert(
    "Disk almost full",
    "P2",
    "storage",
    "artifact-store-3 is 91 % full",
    {"instance": "artifact-store-3"},
    value=91,
)
CACHE = GrafanaAlert(
    "Build cache misses", "P3", "dev-infra", "The cache missed 64 % of all look-ups this hour", value=64
)
HOOKS = GrafanaAlert(
    "Webhook deliveries fail", "P2", "dev-infra", "1 of 4 deliveries from the forge failed", value=0.25
)
DURING_OUTAGE = [
    GrafanaAlert(
        f"Mirror {name} is behind", "P2", "storage", f"Mirror {name} is an hour behind", {"mirror": name}
    )
    for name in ("fra", "iad", "sin")
]
SIGNING = GrafanaAlert(
    "Package signing fails", "P1", "release", "The last 12 packages could not be signed", value=12
)
PUBLISHING = GrafanaAlert(
    "Packages are not published", "P0", "release", "No package was published in an hour", value=0
)
SIGNING_TIERS = ("@example-org/release-leads", "@example-org/on-call-manager")
RACK = [
    GrafanaAlert(
        "Builder is down",
        "P1",
        "build-farm",
        f"builder-{number} has not answered for two minutes",
        {"rack": "r7", "instance": f"builder-{number}"},
    )
    for number in range(11, 25)
]
"""A switch dies: one cause."""

FARM = "@example-org/build-farm"
ROUTING = f"""
[team.build-farm]
repository = "example-org/ci-infra"

[team.build-farm.mention]
P1 = ["{FARM}"]

[team.release]
escalate_after = "15s"
escalate_to = [["{SIGNING_TIERS[0]}"], ["{SIGNING_TIERS[1]}"]]

[team.release.mention]
P0 = ["@example-org/release"]
P1 = ["@example-org/release"]
"""
"""Whom the demo calls next; a real table names minutes."""

BACKUP = "Nightly backup is late"
METRIC, ANOMALY, COMPOSITE = "ci-runners-idle", "forge-api-latency", "arm64-fleet-unhealthy"


def described(team: str, priority: str, summary: str) -> str:
    """An alarm description as docs/sources.md asks for."""
    return (
        f"TEAM={team} | PRIORITY={priority} | RUNBOOK=https://example.org/runbooks/{team}\nSUMMARY={summary}"
    )


ALARMS: dict[str, tuple[str, dict[str, Any]]] = {
    METRIC: (
        described("ci-runners", "P2", "Half of the runners have been idle for an hour"),
        {"trigger": senders.metric_trigger("IdleRunners", "CI/Runners", 50.0, Pool="linux-x64")},
    ),
    ANOMALY: (
        described("dev-infra", "P1", "The forge's API answers slower than it usually does"),
        {
            "trigger": senders.anomaly_trigger(
                "TargetResponseTime", "AWS/ApplicationELB", LoadBalancer="app/forge/50dc6c495c0c9188"
            )
        },
    ),
    COMPOSITE: (
        described("ci-runners", "P0", "No arm64 runner takes jobs"),
        {"AlarmRule": f'ALARM(arm64-queue) AND ALARM("{METRIC}")', "TriggeringChildren": []},
    ),
}
"""Each alarm's description, and what else CloudWatch says of its kind."""

MEASURED = {
    METRIC: (*[9.0, 12.0, 8.0, 11.0, 10.0] * 4, *range(12, 60, 4), 61.0, 64.0, 66.0, 67.0),
    ANOMALY: (*[0.21, 0.19, 0.24, 0.2] * 7, 0.28, 0.35, 0.41, 0.52, 0.61, 0.78, 0.81, 0.88),
}
"""What the metrics of alarms measured in the three hours before, every five minutes."""
