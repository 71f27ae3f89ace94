"""Whether a person agrees; YES=1 agrees in advance, for CI."""

import os

from ops.deployment import Faults


def require(what: str) -> None:
    """Ask a person to agree; raises Faults unless the answer is yes."""
    if os.environ.get("YES") == "1":
        return
    if answer(f"{what} Type yes: ").lower() != "yes":
        raise Faults("Nothing was changed:", ["nobody typed yes (where nobody can, set YES=1)"])


def answer(question: str) -> str:
    """Read a person's answer; empty if there is no terminal."""
    try:
        return input(question).strip()
    except EOFError:
        return ""
