"""`python -m tests.local.publish FILE`: publishes to the local stack's topic, as CloudWatch does."""

import sys
from pathlib import Path

from tests.local.aws import LocalAws
from tests.local.stack import AWS_PORT


def main() -> None:
    """Publish the file's text."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.local.publish FILE")
    aws = LocalAws(f"http://127.0.0.1:{AWS_PORT}", "alerting-local", "us-west-2")
    print(f"published as {aws.publish(Path(sys.argv[1]).read_text(encoding='utf-8'))}")


if __name__ == "__main__":
    main()
