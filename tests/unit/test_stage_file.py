"""A stage's file: what it may say, and that everything wrong in it is reported at once, by key."""

from pathlib import Path

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.wiring import checkout
from ops import stage_file, terraform
from ops.deployment import Deployment

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "infra-extra" / "stages").glob("*.toml"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with what a stage's file is read with, and no stage."""
    (tmp_path / "infra-extra" / "stages").mkdir(parents=True)
    (tmp_path / ".chalice").mkdir()
    for name in ("infra-extra/variables.tf", ".chalice/config.json"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def read(root: Path, text: str, name: str = "staging") -> Deployment:
    (root / "infra-extra" / "stages" / f"{name}.toml").write_text(text, encoding="utf-8")
    return Deployment.read(name, root)


def faults(root: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError, match=r"infra-extra/stages/staging\.toml: ") as told:
        read(root, text)
    return sorted(told.value.faults)


def test_dev_and_prod_differ_in_name_and_region_alone() -> None:
    dev, prod = (
        (ROOT / "infra-extra" / "stages" / f"{name}.toml").read_text(encoding="utf-8") for name in SHIPPED
    )
    assert dev.replace("us-west-2", "us-east-1").replace("dev", "prod") == prod


def test_a_region_is_enough(root: Path) -> None:
    stage = read(root, 'region = "eu-central-1"')
    assert (stage.name, stage.region, stage.asks, stage.direct_rules) == (
        "staging",
        "eu-central-1",
        False,
        True,
    )
    assert terraform.variables(stage) == {
        "stage": "staging",
        "region": "eu-central-1",
        "collector_timeout_seconds": 60,
        "canary": False,
    }


def test_what_follows_from_the_file_is_said_once(root: Path) -> None:
    text = """
        region = "eu-central-1"
        [settings]
        CANARY_REPO = "example-org/alerts"
        GITHUB_ENABLED = false
        LEASE_SECONDS = 90
        ALARM_REGIONS = ["eu-west-1", "eu-west-2"]
        [functions.collector]
        timeout = 120
        [terraform]
        operations_emails = ["on-call@example.org"]
        requests_per_second = 20
    """
    stage = read(root, text)
    assert stage.file.settings == {
        "CANARY_REPO": "example-org/alerts",
        "GITHUB_ENABLED": "false",
        "LEASE_SECONDS": "90",
        "ALARM_REGIONS": "eu-west-1,eu-west-2",
    }
    assert stage.settings.alarm_regions == ("eu-west-1", "eu-west-2")
    made = terraform.variables(stage)
    assert (made["collector_timeout_seconds"], made["canary"]) == (120, True)
    assert (made["operations_emails"], made["requests_per_second"]) == (["on-call@example.org"], 20)


def test_everything_wrong_is_reported_at_once_with_the_key_that_is_meant(root: Path) -> None:
    text = """
        regoin = "eu-central-1"
        account = 123456789012
        python = "3.10"
        [settings]
        GITHUB_ENABLE = false
        LEASE_SECONDS = "long"
        STALE_AFTER_HOURS = { a = 1 }
        ALERTING_STAGE = "other"
        [functions.collector]
        timeout = 901
        memroy = 512
        [terraform]
        operations_email = "on-call@example.org"
        operations_emails = "on-call@example.org"
        canary = true
    """
    assert faults(root, text) == [
        "account: Input should be a valid string",
        "functions.collector.memroy: unknown key; did you mean memory?",
        "functions.collector.timeout: Input should be less than or equal to 900",
        "python: Input should be '3.11', '3.12', '3.13' or '3.14'",
        "region: missing",
        "regoin: unknown key; did you mean region?",
        "settings.ALERTING_STAGE: is set for you",
        "settings.GITHUB_ENABLE: unknown key; did you mean GITHUB_ENABLED?",
        "settings.STALE_AFTER_HOURS: must be a string, a number, true, false, or a list of strings",
        "terraform.canary: follows from the rest of this file",
        "terraform.operations_email: unknown key; did you mean operations_emails?",
        "terraform.operations_emails: Input should be a valid list",
    ]


def test_a_wrong_setting_is_refused_before_a_function_reads_it(root: Path) -> None:
    (fault,) = faults(root, 'region = "eu-central-1"\n[settings]\nLEASE_SECONDS = "long"\n')
    assert fault.startswith("settings.LEASE_SECONDS='long': ")


def test_a_region_that_is_none_and_a_file_that_is_not_toml_are_refused(root: Path) -> None:
    assert faults(root, 'region = "east"') == ["region: must be an AWS region such as us-east-1"]
    assert faults(root, "region: east")[0].startswith("not TOML: ")


@pytest.mark.parametrize("name", ["local", "two-words", "Dev", ""])
def test_a_name_that_no_resource_can_carry_is_refused(root: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="lower-case letters and digits"):
        Deployment.read(name, root)


def test_a_stage_without_a_file_is_refused(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="it does not exist: copy that of another stage"):
        Deployment.read("staging", root)


def test_every_variable_of_terraform_is_known_with_its_type(root: Path) -> None:
    text = (root / "infra-extra" / "variables.tf").read_text(encoding="utf-8")
    known = dict(stage_file.VARIABLE.findall(text))
    assert len(known) == text.count('variable "')
    assert set(known.values()) <= set(stage_file.KINDS)
    assert known.keys() >= stage_file.FOLLOWING


def test_the_command_line_reads_the_same_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = read(root, 'region = "eu-central-1"\n[settings]\nGITHUB_ENABLED = false\n')
    monkeypatch.setattr(checkout, "PROJECT", root)
    found = checkout.find("staging")
    assert (found.region, found.settings) == (stage.region, stage.settings)
