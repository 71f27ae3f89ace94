"""`python -m tests.local.dlq`: what the local stack could not make an issue of, why, and what to do."""

from tests.local.aws import LocalAws
from tests.local.stack import AWS_PORT

SHOWN = 300


def main() -> None:
    """Print every message of the dead-letter queue, and leave it there."""
    letters = LocalAws(f"http://127.0.0.1:{AWS_PORT}", "alerting-local", "us-west-2").dlq_messages()
    for letter in letters:
        told = letter.attributes
        print(f"{told.get('reason')} (from {told.get('source')}): {told.get('explanation')}")
        print(f"  to do: {told.get('fix')}")
        print(f"  it was: {letter.body[:SHOWN]}\n")
    print(f"{len(letters)} messages were kept.")


if __name__ == "__main__":
    main()
