"""The pages on deploying name what is there: steps, files, make targets, settings, outputs, events."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.adapters import registry
from chalicelib.webhook import hook_secret
from ops.deployment import Deployment
from ops.setup.__main__ import STEPS, main

ROOT = Path(__file__).parents[2]
PAGES = ("deploy", "deploy-by-hand", "aws-events", "look-ups", "mirrors", "settings", "tokens-and-keys")
DEPLOY, BY_HAND, SETTINGS = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("deploy", "deploy-by-hand", "settings")
)
GUIDE = "".join((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in PAGES)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_file_it_links_or_names_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", GUIDE) if not link.startswith("http")]
    named = re.findall(r"`((?:infra-extra|chalicelib|\.chalice)/[\w./-]+)`", GUIDE)
    assert links
    assert named
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert [name for name in named if "deployed" not in name and not (ROOT / name).exists()] == []


def test_it_lists_every_step_of_the_setup_in_their_order() -> None:
    table = DEPLOY.partition("| step | what | where |")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    assert named == [step.name for step in STEPS]


def test_every_option_of_the_setup_that_it_names_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    there = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    named = set(re.findall(r"(?<![\w-])--(?:\w[\w-]*)", DEPLOY))
    assert {"--region", "--step", "--senders", "--yes"} <= named <= there


def test_every_make_target_it_names_is_there() -> None:
    named = set(re.findall(r"make (\w+)-(?:dev|prod)\b", GUIDE))
    (there,) = re.findall(r"^ON_A_STAGE := (.+)$", read("Makefile"), re.MULTILINE)
    assert {"bucket", "plan", "deploy", "publish", "url", "logs", "destroy"} <= named
    assert named <= {each.removesuffix("-%") for each in there.split()}


def test_every_setting_and_output_it_names_is_there() -> None:
    variables = read("infra-extra/variables.tf")
    for name in ("operations_emails", "other_regions", "source_account_ids", "deletion_protection"):
        assert f"`{name}" in GUIDE
        assert f'variable "{name}"' in variables
    assert 'output "alarm_topic_arn"' in read("infra-extra/outputs.tf")
    assert "ALARM_READER_ROLE_ARNS" in read("chalicelib/settings.py")
    assert "role/alerting-dev-alarm-reader" in read(".chalice/policy-dev-reconcile.json")


def test_its_table_has_every_setting_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| `?(.*?)`? \|", SETTINGS, re.MULTILINE)
    read_by_code = re.findall(r'_setting\("([A-Z_]+)", "(.*?)"', read("chalicelib/settings.py"))
    set_for_you = {"ALERTING_STAGE", "ALERTING_ACCOUNT_ID", "AWS_REGION"}
    expected = {name: default or "none" for name, default in read_by_code if name not in set_for_you}
    assert len(expected) > 20
    assert dict(rows) == expected


def test_the_secrets_it_shows_are_those_that_the_code_reads() -> None:
    app, senders = (json.loads(text) for text in re.findall(r"```json\n(.+?)```", BY_HAND, re.DOTALL))
    code = "".join(
        read(f"chalicelib/{name}.py") for name in ("github/auth", "wiring/webhook", "webhook/alerts")
    )
    assert app
    assert all(name in code for name in app)
    kinds = ("webhook_token", "hmac_secret")
    of_sources = {f"{source}_{kind}" for source in registry.webhooks() for kind in kinds}
    assert hook_secret.NAME in senders
    assert set(senders) - {hook_secret.NAME} <= of_sources


def test_chalice_by_hand_has_its_region_in_front() -> None:
    (by_hand,) = re.findall(r"^\$ (.*ops\.pinned .*deploy --stage .*)$", BY_HAND, re.MULTILINE)
    prod = Deployment.read("prod")
    assert by_hand.startswith(f"AWS_DEFAULT_REGION={prod.region} AWS_REGION={prod.region} ")
    assert f" ops.pinned {prod.file.python} " in by_hand


def test_the_page_on_security_is_short_and_its_links_lead_somewhere() -> None:
    page = read("SECURITY.md")
    links = [
        link.partition("#") for link in re.findall(r"\]\(([^)]+)\)", page) if not link.startswith("http")
    ]
    assert links
    for file, _, heading in links:
        headings = re.findall(r"^#+ (.+)$", read(file), re.MULTILINE)
        assert not heading or heading in {
            re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings
        }
    assert len(page.splitlines()) <= 80
    assert "(SECURITY.md)" in read("README.md")
