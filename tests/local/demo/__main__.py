"""`make demo`: runs the story and exits 0 only if every part of it came out right.

`--json` prints the result as JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.local.demo.director import ALERTS, INFRA
from tests.local.demo.keep import FOLDER, keep
from tests.local.demo.project import project
from tests.local.demo.screen import Screen, interactive
from tests.local.demo.story import Story
from tests.local.demo.watch import Watch
from tests.local.stack import LocalStack
from tests.local.stack.ports import PortOccupiedError

INTRODUCTION = """\
Alerting, on this machine alone: `chalice local` takes the webhooks, a stand-in
for AWS has the topic, the queue and the table, one for GitHub has the issues.
It takes under three minutes. Time limits are short here: a repeat within 2 s is a
duplicate, an issue is updated every 6 s, commented every 12 s, and reopened
within 12 s of its closing; the next people are called after 15 s; writes to
GitHub are 0.3 s apart.
docs/lifecycle.md says what each reason, such as FIRST_FIRING, means.
"""


def main() -> int:
    """Run the demo."""
    print(INTRODUCTION, flush=True)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(
            http=True,
            fixed_ports=True,
            repositories=(INFRA, ALERTS),
            collectors=2,
            settings={"WRITE_SPACING_SECONDS": "0.3"},
            project=project(Path(folder)),
        ) as stack,
    ):
        watch = Watch(stack.log_dir / "functions.log", stack.github)
        with Screen(watch) as screen:
            story = Story(stack, watch, screen)
            story.tell()
        _report(story, time.monotonic() - began)
        if interactive():
            input("\nPress Enter to stop the stand-ins. ")
    return 0 if all(check.right for check in story.checks) else 1


def _report(story: Story, seconds: float) -> None:
    """Say in words and figures how it went."""
    stack, watch = story.stack, story.watch
    issues = [issue for name in (INFRA, ALERTS) for issue in story.repository(name)]
    figures = {
        "alerts_said": sum(life.said for life in watch.lives.values()),
        "conditions": sum(life.said > 0 for life in watch.lives.values()),
        "own": sum(not life.said for life in watch.lives.values()),
        "issues": len(issues),
        "open": sum(issue.state == "open" for issue in issues),
        "comments": sum(len(issue.comments) for issue in issues),
        "github_calls": len(stack.github.journal.requests),
        "refused_by_github": sum(stack.github.limits.refusals.values()),
        "rejected": len(stack.aws.dlq_messages()),
        "seconds": round(seconds, 1),
    }
    print()
    for check in story.checks:
        found = f" ({check.found})" if check.found and not check.right else ""
        print(f"  {'ok  ' if check.right else 'NOT '} {check.what}{found}")
    print(
        "\n{alerts_said} alerts about {conditions} conditions became {issues} issues, {open} of them open; "
        "{own} of them\nare about several alerts: a storm and an incident. "
        "Each repository has a board as well.\n"
        "Comments: {comments}. "
        "Calls to GitHub: {github_calls}, of which {refused_by_github} over its limits.\n"
        "It took {seconds:.0f} seconds.\n".format(**figures)
    )
    for letter in stack.aws.dlq_messages():
        reason, fix = letter.attributes.get("reason"), letter.attributes.get("fix")
        print(f"Kept in the dead-letter queue: {reason}.\n  {fix}")
    print(f"\nThe issues, to read: {keep(stack.github.url, FOLDER).resolve().as_uri()}")
    if interactive():
        print(f"and, as long as this runs, {stack.github.url}/")
    if "--json" in sys.argv:
        print(json.dumps({"figures": figures, "checks": [check.__dict__ for check in story.checks]}))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PortOccupiedError as occupied:
        sys.exit(str(occupied))
