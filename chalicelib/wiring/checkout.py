"""Stages as a checkout describes them, for commands that are run from it.

The region and the settings come from `infra-extra/stages/<stage>.toml`, which `ops` checks; the local stack's
come from `.chalice/config.json`. The environment only adds addresses, for a local stack on other ports, what
boto3 itself reads, and a proxy (HTTPS_PROXY, NO_PROXY).
"""

import json
import os
import re
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from botocore.config import Config

from chalicelib import version as versions
from chalicelib.errors import ConfigurationError
from chalicelib.settings import Settings
from chalicelib.wiring.stage import LOCAL, Stage

PROJECT = Path(__file__).parents[2]
CODE = ("app.py", "chalicelib", "requirements.lock")
"""What the deployment package is built from."""

FILE = "stages/{}.toml"
EARLIER = ("{}.tfvars", "backend-{}.hcl")
"""The files that described a stage before there was one file for each, in the same folder."""

ADDRESSES = ("AWS_ENDPOINT_URL", "GITHUB_API_URL")
KEYS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "endpoint_url": ADDRESSES[0],
}
"""The parameter of boto3's client that each variable sets."""

DIRECT = Config(proxies={})
"""The local stack is not reached through a proxy."""


def find(name: str, region: str | None = None) -> Stage:
    """Find a stage by its name; raises ConfigurationError if it does not exist, or not in that region."""
    _check(name, region)
    environment = variables(name) | {"ALERTING_STAGE": name}
    environment |= {variable: os.environ[variable] for variable in ADDRESSES if variable in os.environ}
    settings = Settings.read(environment)
    if name != LOCAL or region:
        settings = replace(settings, region=region or _region(name))
    keys = {key: environment[variable] for key, variable in KEYS.items() if variable in environment}
    if name == LOCAL:
        return Stage(settings, config=DIRECT, keys=keys)
    return Stage(settings, keys=keys, proxy=_proxy(settings.github_api_url))


def variables(name: str) -> dict[str, str]:
    """Read the variables that a deployment gives the stage's functions; the stage need not have a file."""
    if (told := described(name, PROJECT)) is not None:
        try:
            settings = {key: text(value) for key, value in dict(told.get("settings", {})).items()}
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"infra-extra/{FILE.format(name)}", [f"settings: {error}"]) from None
        return settings | {"ALERTING_STAGE": name}
    file = PROJECT / ".chalice" / "config.json"
    try:
        stages = json.loads(file.read_text(encoding="utf-8"))["stages"]
    except (ValueError, KeyError) as error:
        raise ConfigurationError(".chalice/config.json", [f"it cannot be read: {error}"]) from error
    return dict(stages.get(name, {}).get("environment_variables", {}))


def version() -> str:
    """Name the version of this checkout, with its commit."""
    return versions.of(commit())


def commit(root: Path = PROJECT) -> str | None:
    """Name the commit that last changed the functions' code, and say if files have changed since.

    None if the folder is not in git. A change to documentation alone does not count.
    """
    last = _git(root, "log", "-1", "--format=%h", "--abbrev=12")
    return f"{last}.dirty" if last and _git(root, "status", "--porcelain") else last


def _git(root: Path, verb: str, *options: str) -> str | None:
    command = ["git", "-C", str(root), verb, *options, "--", *CODE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - nothing foreign
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


def described(name: str, root: Path) -> dict[str, Any] | None:
    """Read a stage's file; None if it has none.

    Raises ConfigurationError if it is not TOML, or if files of the earlier kind still say something.
    """
    folder = root / "infra-extra"
    for earlier in (each.format(name) for each in EARLIER):
        if (folder / earlier).exists():
            fault = f"it is no longer read: `make stage-{name}` moves what it says to {FILE.format(name)}"
            raise ConfigurationError(f"infra-extra/{earlier}", [fault])
    file = folder / FILE.format(name)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"infra-extra/{FILE.format(name)}", [f"not TOML: {error}"]) from None


def text(value: object) -> str:
    """Write a value of a stage's file as an environment variable; raises ValueError."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if not isinstance(value, str | int | float):
        raise ValueError("must be a string, a number, true, false, or a list of strings")  # noqa: TRY004 - pydantic's
    return str(value)


def _check(name: str, region: str | None) -> None:
    """Check that the name can be a stage's, and that the region looks like one."""
    if not re.fullmatch(r"[a-z0-9]{1,20}", name):
        raise ConfigurationError(f"--stage {name}", ["a stage is a word of lower-case letters and digits"])
    if region is not None and not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}", region):
        raise ConfigurationError(f"--region {region}", ["name a region of AWS, such as us-east-1"])


def environment(region: str) -> dict[str, str]:
    """Return this process's environment with the region set."""
    return dict(os.environ) | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def _proxy(address: str) -> str:
    """Return the proxy through which this machine reaches an address; an empty string if it uses none."""
    target, known = urlsplit(address), getproxies()
    if proxy_bypass(target.hostname or ""):
        return ""
    found = known.get(target.scheme) or known.get("all", "")
    return found if "://" in found or not found else f"http://{found}"


def _region(name: str) -> str:
    written = described(name, PROJECT) or {}
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = written.get("region") or named
    if not region:
        fault = (
            f"there is no infra-extra/{FILE.format(name)} that says where it is; correct --stage, "
            "or name --region"
        )
        raise ConfigurationError(f"--stage {name}", [fault])
    return str(region)
