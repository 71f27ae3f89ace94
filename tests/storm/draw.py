# ruff: noqa: E501 - the lines of a picture
"""Runs the storm and draws how it drains, next to the best schedule: `make simulate-storm`."""

from pathlib import Path

from tests.storm.storm import Storm
from tests.storm.world import HOUR, MINUTE

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "storm.svg"
WIDTH, HEIGHT, LEFT, TOP = 760, 320, 60, 40
OURS, BEST, INK = "#0969da", "#bf8700", "#57606a"


def main() -> None:
    """Print what happened, and draw it."""
    storm = Storm(seed=1).run()
    opened, urgent = storm.opened, [each for each in storm.conditions if each.priority == "P0"]
    slowest = max(opened[each.number] - each.fires_at for each in urgent)
    limits = storm.world.github.limits
    PICTURE.write_text(picture(sorted(opened.values()), storm.best), encoding="utf-8")
    print(
        f"{len(opened):,} issues in {max(opened.values()) / MINUTE:.1f} minutes, at best in {max(storm.best) / MINUTE:.1f}: {storm.worse:+.1%}"
    )
    print(f"P0: {len(urgent)}, each open within {slowest:.0f} s of arriving")
    print(
        f"up to {storm.watch.listed:,} firing alerts listed in {len(storm.pages)} issues; none out of sight for more than {storm.watch.slowest:.0f} s"
    )
    print(f"calls: {len(storm.world.requests):,}, refused by GitHub: {sum(limits.refusals.values())}")
    print(f"creations: at most {limits.busiest(MINUTE)} in a minute and {limits.busiest(HOUR)} in an hour")
    print(f"drawn: {PICTURE.relative_to(Path.cwd())}")


def picture(ours: list[float], best: list[float]) -> str:
    """Draw both curves: issues opened, over hours."""
    hours = int(max(*ours, *best) // HOUR) + 1
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" fill="{INK}">Issues open after a storm of 5,000 alerts, over hours</text>',
    ]
    for hour in range(hours + 1):
        x, _ = place(hour * HOUR, 0, hours, len(ours))
        lines.append(f'<text x="{x:.0f}" y="{HEIGHT - 12}" fill="{INK}" text-anchor="middle">{hour} h</text>')
    for count in range(0, len(ours) + 1, 500):
        _, y = place(0, count, hours, len(ours))
        lines.append(f'<path d="M{LEFT} {y:.0f}H{WIDTH - 20}" stroke="#d0d7de"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" fill="{INK}" text-anchor="end">{count:,}</text>')
    lines += [curve(best, hours, BEST, "6 4"), curve(ours, hours, OURS, "none")]
    for row, (name, colour) in enumerate((("the best that the limits allow", BEST), ("Alerting", OURS))):
        y = HEIGHT - 70 - 20 * row
        lines.append(f'<text x="{WIDTH - 30}" y="{y}" fill="{colour}" text-anchor="end">{name}</text>')
    return "\n".join([*lines, "</svg>", ""])


def curve(seconds: list[float], hours: int, colour: str, dashes: str) -> str:
    """Draw one, a point a minute."""
    points = []
    for minute in range(int(max(seconds) // MINUTE) + 2):
        x, y = place(minute * MINUTE, sum(at <= minute * MINUTE for at in seconds), hours, len(seconds))
        points.append(f"{x:.1f},{y:.1f}")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'


def place(second: float, count: int, hours: int, most: int) -> tuple[float, float]:
    """Place a point in the picture."""
    across, down = WIDTH - LEFT - 20, HEIGHT - TOP - 35
    return LEFT + across * second / (hours * HOUR), TOP + down * (1 - count / most)


if __name__ == "__main__":
    main()
