"""Each sender has a page in docs/senders, of one form, and the index lists them as the registry does."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.adapters import custom_file
from chalicelib.adapters.registry import SOURCES
from chalicelib.adapters.source import Example, Source
from tests.unit.builders import at

ROOT = Path(__file__).parents[2]
SENDERS = ROOT / "docs" / "senders"
INDEX = (SENDERS / "README.md").read_text(encoding="utf-8")
PAGES = sorted(path for path in SENDERS.glob("*.md") if path.name != "README.md")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
BUILT = {"MISSING_TEAM", "MISSING_PRIORITY"}
"""Reasons that the code puts together from parts."""

SECTIONS = ["Set it up", "Field mapping", "How it ends", "What is ignored or rejected", "Try it"]
LONGEST = 100
"""Lines of a page that belongs to one source: it is read while setting up that sender."""


def text(name: str) -> str:
    path = SENDERS / f"{name}.md"
    assert path.exists(), f"write docs/senders/{name}.md, as that of datadog is"
    return path.read_text(encoding="utf-8")


def title(name: str) -> str:
    return text(name).partition("\n")[0].removeprefix("# ")


def row(source: Source) -> str:
    """The line of the index for a source."""
    way, token = "the topic or the bus", "none: AWS authenticates it"
    if source.posts:
        way, token = f"`/webhooks/{source.name}`", f"`{source.name}_webhook_token`"
    return f"| [{title(source.name)}]({source.name}.md) | {way} | {token} |"


def test_the_index_lists_every_source_of_the_registry_and_any_other_json() -> None:
    rows = re.findall(r"^\| \[.+$", INDEX, re.MULTILINE)
    other = "| [Any other JSON](custom.md) | `/webhooks/<name>` | `<name>_webhook_token` |"
    assert rows == [*map(row, SOURCES.values()), other], "make the table in docs/senders/README.md so"


def test_every_page_is_found_from_the_index_and_the_index_from_the_guides() -> None:
    for page in PAGES:
        assert f"]({page.name})" in INDEX, f"link {page.name} in docs/senders/README.md"
    for guide in ("README.md", "docs/writing-alerts.md", "docs/deploy.md"):
        assert "senders/README.md)" in (ROOT / guide).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SOURCES)
def test_a_page_has_the_form_of_the_others(name: str) -> None:
    assert re.findall(r"^## (.+)$", text(name), re.MULTILINE) == SECTIONS
    assert len(text(name).splitlines()) <= LONGEST


@pytest.mark.parametrize("name", SOURCES)
def test_a_page_tries_its_own_template(name: str) -> None:
    assert f"explain --template {name} >" in text(name).partition("## Try it")[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_reasons_that_a_page_names_are_those_of_the_code(page: Path) -> None:
    section = page.read_text(encoding="utf-8").partition("## What is ignored or rejected")[2]
    named = set(re.findall(r"`([A-Z]+_?[A-Z_]+)`", section.partition("\n## ")[0])) - BUILT
    assert [name for name in named if f'"{name}"' not in CODE] == []


def test_every_file_to_paste_is_found_from_a_page() -> None:
    linked = {link for page in PAGES for link in re.findall(r"\]\(([\w.-]+)\)", page.read_text())}
    assert {path.name for path in SENDERS.iterdir() if path.suffix != ".md"} - linked == set()


@pytest.mark.parametrize("name", SOURCES)
def test_a_payload_that_a_page_shows_is_read_by_its_source_alone_which_knows_its_fields(name: str) -> None:
    """For example one to paste into a sender."""
    for block in map(json.loads, re.findall(r"```json\n(.+?)```", text(name), re.DOTALL)):
        known = [source.name for source in SOURCES.values() if source.looks_like(block)]
        assert known in ([], [name])
        unread = block.keys() - SOURCES[name].template(Example(at(0))).keys()
        assert not known or not unread, f"the template in chalicelib/adapters/{name}.py lacks {unread}"


def test_the_page_on_any_other_json_names_every_key_and_its_tables_are_sound() -> None:
    tables = "\n".join(re.findall(r"```toml\n(.+?)```", text("custom"), re.DOTALL))
    assert len(custom_file.load(tables, frozenset(SOURCES))) == 2
    named = set(re.findall(r"`([a-z_]+)`", text("custom").partition("## Keys")[2]))
    assert named >= custom_file.FIELDS | (custom_file.KEYS - {"state", "alert", "labels", "annotations"})


def test_eventbridges_rules_name_the_services_that_the_bus_takes_and_events_that_are_read() -> None:
    file = (SENDERS / "eventbridge-rules.tf").read_text(encoding="utf-8")
    bus = (ROOT / "infra-extra" / "variables.tf").read_text(encoding="utf-8")
    services = {name for name in SOURCES if name.startswith("aws-") and f'"aws.{name[4:]}"' in file}
    assert services == {name for name in SOURCES if name.startswith("aws-")} - {"aws-budgets"}
    (taken,) = re.findall(r"contains\(\[(.+)\], name\)", bus)
    assert {f"aws-{name}" for name in re.findall(r'"(\w+)"', taken)} == services
    events = re.findall(r'"detail-type" = \[(.+)\]', file)
    assert len(events) > len(services)
    for event in re.findall(r'"([^"]+)"', ", ".join(events)):
        assert f'"{event}"' in CODE, event


def test_datadogs_file_has_the_payload_of_its_page() -> None:
    file = (SENDERS / "datadog-monitor.tf").read_text(encoding="utf-8")
    (here,) = re.findall(r"^```json\n(.+?)```$", text("datadog"), re.MULTILINE | re.DOTALL)
    assert dict(re.findall(r'^    (\w+) += "(\$\w+)"$', file, re.MULTILINE)) == json.loads(here)
    assert '{ "X-Datadog-Token" = var.alerting_token }' in file
