"""The stage's file: its region, and the only account that it may be deployed to."""

import re
import tomllib
from pathlib import Path

from chalicelib.wiring import checkout
from ops import chalice_stage
from ops.deployment import Faults
from ops.setup.step import Setup, Step

NEW = """\
# The settings of the stage {} (infra-extra/README.md).
region = ""

[terraform]
direct_rules = false
"""


def will(setup: Setup) -> str:
    """Say what the file will say."""
    return f"write region {setup.region} and account {setup.identity['Account']} into {_named(setup)}"


def there(setup: Setup) -> str | None:
    """Check whether it already says so; raises Faults if it says something else."""
    written, account = checkout.described(setup.name, setup.root) or {}, setup.identity["Account"]
    if "account" not in written:
        return None
    wrong = [
        f"its {key} is {written[key]!r}, but yours is {found!r}: correct {how}, or choose another stage"
        for key, found, how in (
            ("account", account, "AWS_PROFILE"),
            ("region", setup.region, "--region"),
        )
        if written[key] != found
    ]
    if wrong:
        raise Faults(f"{_named(setup)} was not changed:", wrong)
    return f"{_named(setup)} already has region {setup.region} and account {account}"


def write(setup: Setup) -> None:
    """Write both into the file, and keep the rest; raises Faults if it has no line with the region."""
    file = setup.root / _named(setup)
    text = _text(file) or NEW.format(setup.name)
    text = re.sub(r'^(# )?account = ".*"\n', "", text, flags=re.MULTILINE)
    place = {"region": setup.region, "account": setup.identity["Account"]}
    lines = [f'{key} = "{value}"' for key, value in place.items()]
    ours = "".join(f"{line}\n" for line in lines)
    text = re.sub(
        r'^region = ".*"\n(\n# Any other account is refused\.\n)?', ours, text, count=1, flags=re.MULTILINE
    )
    if not place.items() <= tomllib.loads(text).items():
        by_hand = f"its region is not on a line of its own: write {' and '.join(lines)} there yourself"
        raise Faults(f"{_named(setup)} was not changed:", [by_hand])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    if list(chalice_stage.differences(setup.stage)):
        chalice_stage.write(setup.stage, setup.root / ".chalice")


def _named(setup: Setup) -> Path:
    return Path("infra-extra") / checkout.FILE.format(setup.name)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


STEP = Step("stage", will, there, write)
