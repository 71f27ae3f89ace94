"""A source is one file, its samples, a line in the registry and its page: what is missing is named."""

import ast
import json
import re
from pathlib import Path

import pytest

from chalicelib.adapters import reading, registry
from chalicelib.adapters.fields import Ignored
from chalicelib.adapters.registry import OWN_EMITTERS, SOURCES
from chalicelib.adapters.source import Example
from chalicelib.alert import AlertEvent, Condition, Priority
from tests.unit.builders import at
from tests.unit.messages import REQUEST, deliver

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "chalicelib" / "adapters"
SAMPLES = ROOT / "tests" / "samples"
SAYS_THE_DAY_ALONE = frozenset({"aws-budgets"})
DAY = at(0).replace(hour=0, minute=0, second=0, microsecond=0)
REGISTRY = "`SOURCES` in chalicelib/adapters/registry.py"


def declares_a_source(path: Path) -> bool:
    """Whether a module makes a `SOURCE`."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.targets[0]) == "SOURCE"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )


def one(name: str, payload: object) -> AlertEvent:
    (alert,) = deliver(name, payload)
    assert isinstance(alert, AlertEvent), f"chalicelib/adapters/{name}.py does not take its own template"
    return alert


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(ADAPTERS.glob("*.py")) if declares_a_source(path)],
    ids=lambda path: path.stem,
)
def test_every_file_of_a_source_is_in_the_registry(path: Path) -> None:
    name = path.stem.replace("_", "-")
    assert name in SOURCES, f'add the line "{name}", to {REGISTRY}'


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_of_the_registry_is_a_file_of_that_name(name: str) -> None:
    path = ADAPTERS / f"{name.replace('-', '_')}.py"
    assert path.exists(), f"{REGISTRY} names {name}: write {path.relative_to(ROOT)}, or take the line out"
    assert declares_a_source(path), f"end {path.relative_to(ROOT)} with `SOURCE = Source(...)`"
    assert SOURCES[name].name == name, (
        f'write name="{name}" in {path.relative_to(ROOT)}, as its file is called'
    )


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_samples_of_what_fires_and_of_what_has_ended(name: str) -> None:
    told = {
        parsed.state
        for path in (SAMPLES / name).glob("*.json")
        for parsed in deliver(name, json.loads(path.read_text())["payload"])
        if isinstance(parsed, AlertEvent)
    }
    for state in Condition if SOURCES[name].ends else [Condition.FIRING]:
        assert state in told, f"add a sample that is {state} to tests/samples/{name}, as those of grafana are"


def test_every_folder_of_samples_is_that_of_a_source() -> None:
    for folder in SAMPLES.iterdir():
        assert folder.name in SOURCES, f'add the line "{folder.name}", to {REGISTRY}, or delete {folder}'


ASKED = {"cloudwatch", "grafana", "alertmanager"}
"""Sources that we ask for their state, besides what they send."""
LABELS = {"prometheus": {"chalicelib/adapters/telling.py"}}
"""Where the name of a source is that of a label, too."""


@pytest.mark.parametrize("name", sorted({*SOURCES} - ASKED - {OWN_EMITTERS}))
def test_nothing_but_its_own_files_and_the_registry_knows_a_source_by_name(name: str) -> None:
    """So a new source is one new file: whatever depends on a source is a field of its `Source`."""
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*.py")
        if f'"{name}"' in path.read_text(encoding="utf-8")
    }
    own = {each for each in naming if each.startswith(f"chalicelib/adapters/{name.replace('-', '_')}")}
    assert own
    assert naming - own - LABELS.get(name, set()) == {"chalicelib/adapters/registry.py"}


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_says_what_its_example_does(name: str) -> None:
    example = Example(at(0), name="Disk full", team="storage", priority=Priority.P3)
    fires = one(name, SOURCES[name].template(example))
    ended = one(name, SOURCES[name].template(Example(at(0), at(5), "Disk full", "storage", Priority.P3)))
    began, ends = (DAY, DAY) if name in SAYS_THE_DAY_ALONE else (at(0), at(5))
    assert (fires.teams, fires.priority, fires.occurred_at) == (("storage",), Priority.P3, began)
    end = Condition.RESOLVED if SOURCES[name].ends else Condition.FIRING
    assert (fires.state, ended.state, ended.occurred_at) == (Condition.FIRING, end, ends)
    assert re.split(r" \[|: ", fires.title)[0] == "Disk full"
    assert (
        ended.fingerprint
        == fires.fingerprint
        != one(name, SOURCES[name].template(Example(at(0)))).fingerprint
    )


@pytest.mark.parametrize("name", SOURCES)
def test_an_alert_bears_the_name_of_its_source(name: str) -> None:
    alert = one(name, SOURCES[name].template(Example(at(0))))
    assert (alert.source == name) == (name != OWN_EMITTERS)
    assert registry.of_alert(alert.source) is SOURCES[name]


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_looks_like_its_own_source_alone(name: str) -> None:
    for example in (Example(at(0)), Example(at(0), at(5))):
        payload = SOURCES[name].template(example)
        claimed = [other for other, source in SOURCES.items() if source.looks_like(payload)]
        assert claimed == [name], f"make `looks_like` of {claimed} in chalicelib/adapters tell {name} apart"


@pytest.mark.parametrize("name", SOURCES)
def test_what_identifies_an_alert_survives_however_much_else_it_holds(name: str) -> None:
    source = SOURCES[name]
    if not source.posts:
        return  # what is published to the topic is never cut
    (payload,) = source.payloads(source.template(Example(at(0))), REQUEST)
    crowded = payload | {f"noise{n}": "x" * 200 for n in range(100)}
    (cut,), whole = deliver(name, source.cut(crowded, 2 * len(json.dumps(payload)))), one(name, payload)
    for field in ("fingerprint", "state", "occurred_at", "teams", "priority"):
        fix = f"name in `identifying` of chalicelib/adapters/{name}.py what `parse` reads the {field} from"
        assert getattr(cut, field, cut) == getattr(whole, field), fix


@pytest.mark.parametrize("name", SOURCES)
def test_anything_may_be_asked_whether_it_looks_like_a_source(name: str) -> None:
    contents: list[object] = [None, 1, "text", [], {}, [{}], {"alerts": None}, {"Message": 1}]
    for content in contents:
        assert isinstance(SOURCES[name].looks_like(content), bool)


def test_what_means_nothing_to_an_issue_is_no_matter_of_its_source() -> None:
    assert reading._own(Ignored("TEST", "title"), "grafana") == Ignored("TEST", "title")


def test_a_monitor_without_tags_is_mended_with_none() -> None:
    payload: dict[str, object] = {"team": "web"}
    SOURCES["datadog"].mend(payload, {"team": "storage"})
    assert payload == {"team": "storage", "tags": ""}
