"""Who may import whom: the arrows of the design point down, and what is pure stays pure."""

import ast
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tests import coverage
from tests.local.patience import finished

ROOT = Path(__file__).parents[2]

LAYERS: tuple[tuple[str, ...], ...] = (
    (
        *("chalicelib", "errors", "alert", "alert_fields", "alert_values", "labels"),
        *("quantities", "setting_values", "version"),
        "telemetry.masking",
    ),
    ("adapters",),
    ("routing",),
    ("conditions",),
    ("settings", "telemetry"),
    ("render",),
    ("github", "store"),
    ("aws", "lookups", "mirrors", "rate_limit"),
    ("webhook", "collector", "sync", "reconcile"),
    ("wiring",),
    ("entrypoints",),
    ("app",),
    ("cli",),
)
"""From the bottom up, one name a folder, or a module that is lower than its folder.

A module imports from its layer and those below, in no circle.
"""

WORK = ("webhook", "collector", "sync", "reconcile")
OUTSIDE_FOLDERS = ("github", "store", "aws", "lookups", "mirrors", "rate_limit")
"""Where not pure, they talk to the world; the work above knows them by its ports."""

IMPURE_LIBRARIES = frozenset(
    {"os", "time", "random", "secrets", "uuid", "logging", "socket"}
    | {"asyncio", "http", "multiprocessing", "pathlib", "subprocess", "threading", "urllib.request"}
)
MAY_BE_PURE = sys.stdlib_module_names | {"jmespath", "pydantic", "pydantic_core"}
CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
SLOW = ("httpx", "jwt", "cryptography", "pydantic")
"""What takes long to load, and a sender need not wait for."""


def module_of(path: Path) -> str:
    """Name a module as the layers do: without `chalicelib.`, a package by itself."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts[1:] or parts)


SOURCES = {module_of(path): path for path in [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, in full."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            package = ".".join([*parts, *([node.module] if node.module else [])])
            yield from (_in_package(package, alias.name) for alias in node.names)


def _in_package(module: str, name: str) -> str:
    """Distinguish `from package import module` from `from module import name`."""
    inside = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inside.is_dir() or inside.with_suffix(".py").exists() else module


def ours(path: Path) -> list[str]:
    """Modules of the project that a file imports, named as the layers name them."""
    names = [name for name in imported(path) if name.split(".")[0] in ("app", "chalicelib")]
    return [name.removeprefix("chalicelib.") for name in names]


def foreign(path: Path) -> list[str]:
    return [name for name in imported(path) if name.split(".")[0] not in ("app", "chalicelib")]


def layer_of(module: str) -> int:
    """Find the layer that names the module's folder."""
    top = module.split(".", maxsplit=1)[0]
    for number, layer in enumerate(LAYERS):
        if module in layer or top in layer:
            return number
    raise AssertionError(f"chalicelib/{top} has no layer: name it in LAYERS in tests/unit/test_imports.py")


def is_pure(module: str) -> bool:
    """Say whether the floors of coverage name it, or its folder, as pure."""
    path = str(SOURCES[module].relative_to(ROOT))
    return path.startswith(coverage.PURE)


def is_outside(module: str) -> bool:
    return (
        module.split(".", maxsplit=1)[0] in OUTSIDE_FOLDERS
        and module not in OUTSIDE_FOLDERS
        and not is_pure(module)
    )


@cache
def calls(path: Path) -> frozenset[str]:
    """Every dotted name that a file calls."""
    return frozenset(ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def found(look: Callable[[Path], Collection[str]], modules: Iterable[str]) -> dict[str, Collection[str]]:
    """What a look finds, by the name of each module in which it finds anything."""
    return {module: faults for module in modules if (faults := look(SOURCES[module]))}


MODULES = list(SOURCES)
PURE_MODULES = [module for module in MODULES if is_pure(module)]
WORKING = [module for module in MODULES if module.split(".")[0] in WORK]


def test_nothing_imports_upwards() -> None:
    def above(path: Path) -> list[str]:
        return [name for name in ours(path) if layer_of(name) > layer_of(module_of(path))]

    assert found(above, MODULES) == {}


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({module: ours(path) for module, path in SOURCES.items()}).prepare()


def test_the_work_knows_the_world_by_its_ports_alone() -> None:
    assert found(lambda path: [name for name in ours(path) if is_outside(name)], WORKING) == {}


def test_a_pure_module_imports_only_pure_ones_and_what_is_pure_elsewhere() -> None:
    def is_impure(name: str) -> bool:
        top = name.split(".", maxsplit=1)[0]
        return top not in MAY_BE_PURE or not IMPURE_LIBRARIES.isdisjoint({top, name})

    def impure(path: Path) -> list[str]:
        return [name for name in ours(path) if not is_pure(name)] + list(filter(is_impure, foreign(path)))

    assert found(impure, PURE_MODULES) == {}


def test_a_pure_module_reads_no_clock_and_no_file() -> None:
    def impure(path: Path) -> frozenset[str]:
        attributes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
        ends = {".".join(ast.unparse(node).split(".")[-2:]) for node in attributes}
        return CLOCKS & ends | {"open", "input", "print", "__import__"} & calls(path)

    assert found(impure, PURE_MODULES) == {}


def test_only_the_app_imports_chalice() -> None:
    assert [m for m, path in SOURCES.items() if "chalice" in {n.split(".")[0] for n in foreign(path)}] == [
        "app"
    ]


def test_only_wiring_makes_clients_and_knows_the_environment() -> None:
    """For the functions, the command line and whoever deploys alike."""
    makers = {"boto3.client", "boto3.resource", "boto3.Session", "httpx.Client", "httpx.AsyncClient"}
    ops = {f"ops.{path.stem}": path for path in (ROOT / "infra-extra" / "ops").glob("*.py")}
    assert "ops.deployment" in ops
    everyone = SOURCES | ops
    of_aws = {module for module, path in everyone.items() if "boto3" in foreign(path)}
    making = {module for module, path in everyone.items() if makers & calls(path)}
    assert of_aws | {"wiring.github", "wiring.lookups"} == making
    assert [module for module in making if not module.startswith("wiring.")] == []
    readers = [module for module, path in everyone.items() if "os" in foreign(path)]
    # What asking reads is somebody's answer, no setting.
    assert readers == ["app", "wiring.checkout", "wiring.function", "ops.asking"]


LOADS_LATE = ("wiring", "entrypoints", "adapters.canonical")


def test_imports_stand_at_the_top() -> None:
    def late(path: Path) -> list[str]:
        functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]
        inside = [node for function in functions for node in ast.walk(function)]
        return [ast.unparse(node) for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]

    assert found(late, [module for module in MODULES if not module.startswith(LOADS_LATE)]) == {}


STANDINS = sorted((ROOT / "tests" / "local").rglob("*.py"))
LOADERS = {"importlib.import_module", "__import__"}


def test_the_stand_ins_share_no_code_with_what_they_stand_against() -> None:
    """Except for Lambda's, which loads the app by name as Lambda does."""
    assert {path: names for path in STANDINS if (names := ours(path))} == {}
    assert {path.name for path in STANDINS if LOADERS & calls(path)} <= {"worker.py", "functions.py"}


def in_a_fresh_interpreter(script: str) -> Any:
    """Run a script that prints JSON last, with no environment but a path, and return that."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = finished([sys.executable, "-c", script], env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


IMPORT_APP = """
import json, os, socket, sys
import boto3, boto3.session

def refuse(*arguments, **names):
    raise AssertionError("importing must cost nothing")

boto3.client = boto3.resource = boto3.session.Session.__init__ = socket.socket.connect = refuse
read, of_ours, environ = set(), os.getcwd(), type(os.environ)
fetch = environ.__getitem__

def note(self, name):
    frame = sys._getframe(1)
    while any(name in frame.f_code.co_filename for name in ("os.py", "frozen", "_collections_abc")):
        frame = frame.f_back
    file = os.path.abspath(frame.f_code.co_filename)
    if file.startswith((os.path.join(of_ours, "app.py"), os.path.join(of_ours, "chalicelib"))):
        read.add(name)
    return fetch(self, name)

environ.__getitem__ = note
import app
print(json.dumps([sorted(read), app.queue]))
"""


def test_importing_the_app_makes_no_client_and_reads_no_environment_but_the_stage_and_handler() -> None:
    assert in_a_fresh_interpreter(IMPORT_APP) == [["ALERTING_STAGE", "_HANDLER"], "alerting-local-alerts"]


LOAD = """
import importlib, json, sys

for name in {names}:
    importlib.import_module(name)
print(json.dumps([name for name in ("typer", "chalicelib.cli") if name in sys.modules]))
"""


def test_no_function_loads_the_command_line_or_its_libraries() -> None:
    """Modules are loaded late in places, so all that is not the command line's own is loaded here."""
    served = [module for module in MODULES if not module.startswith("cli")]
    names = [module if module in {"app", "chalicelib"} else f"chalicelib.{module}" for module in served]
    assert "chalicelib.wiring.reconcile" in names
    assert in_a_fresh_interpreter(LOAD.format(names=names)) == []
    # Not looked for among what was loaded, since httpx loads rich where it is installed.
    assert [name for name in served if {"typer", "rich"} & set(foreign(SOURCES[name]))] == []


SERVE = """
import json, sys
from types import SimpleNamespace
import boto3
import app

published = []

class Aws:
    def get_secret_value(self, **names):
        named = [{"name": "east", "source": "grafana", "token": "of-east", "teams": ["gpu"]}]
        return {"SecretString": json.dumps({"grafana_webhook_token": "right", "senders": named})}

    def publish_batch(self, **names):
        published.extend(names["PublishBatchRequestEntries"])
        return {"Failed": published[2:]}

def post(token, body):
    event = {
        "requestContext": {"httpMethod": "POST", "resourcePath": "/webhooks/{source}", "identity": {}},
        "multiValueQueryStringParameters": None, "stageVariables": None,
        "pathParameters": {"source": "grafana"},
        "headers": {"X-Grafana-Token": token, "Content-Type": "application/json"}, "isBase64Encoded": False,
        "body": json.dumps(body),
    }
    function = "arn:aws:lambda:us-west-2:123456789012:function:alerting-local"
    return app.app(event, SimpleNamespace(invoked_function_arn=function, aws_request_id="r-1"))["statusCode"]

boto3.client = lambda *names, **settings: Aws()
one = {"alerts": [{"status": "firing", "labels": {}}]}
posts = [("right", one), ("wrong", one), ("right", []), ("of-east", one), ("right", one)]
statuses = [post(token, body) for token, body in posts]
print(json.dumps([statuses, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_the_webhook_loads_nothing_that_a_sender_would_have_to_wait_for() -> None:
    statuses, loaded = in_a_fresh_interpreter(SERVE)
    assert statuses == [202, 401, 400, 202, 503]
    assert set(SLOW).isdisjoint(loaded)


START = """
import json, os, sys
import boto3

made = []
boto3.client = lambda service, **_: made.append(service)
os.environ |= {{"_HANDLER": "{handler}", "AWS_REGION": "us-west-2"}}
import app
while_starting = list(made)
{then}
print(json.dumps([while_starting, sorted(sys.modules)]))
"""

AUTHORITIES = """
from chalicelib.github import transport
assert transport.authorities.cache_info().currsize == 1
"""


def test_a_start_of_the_collector_loads_and_connects_what_an_alert_would_have_to_wait_for() -> None:
    connected, loaded = in_a_fresh_interpreter(START.format(handler="app.collector", then=AUTHORITIES))
    assert set(SLOW) <= set(loaded)
    assert {"chalicelib.collector.collector", "chalicelib.github.client"} <= set(loaded)
    assert connected == ["secretsmanager", "dynamodb", "sqs"]


def test_a_start_of_the_webhook_connects_what_a_sender_would_have_to_wait_for() -> None:
    connected, loaded = in_a_fresh_interpreter(START.format(handler="app.app", then=""))
    assert set(SLOW).isdisjoint(loaded)
    assert connected == ["secretsmanager", "sns"]


def test_a_start_with_wrong_settings_leaves_their_report_to_the_invocation() -> None:
    wrong = START.replace("AWS_REGION", "WRITES_PER_HOUR")
    connected, _ = in_a_fresh_interpreter(wrong.format(handler="app.collector", then=""))
    assert connected == []


OPEN = """
import json, os, sys
from datetime import UTC, datetime
from chalicelib.conditions.enrichment import Enrichment
from chalicelib.settings import Settings
from chalicelib.wiring.enrichment import enrichers
from chalicelib.wiring.github import sync
from chalicelib.wiring.stage import Stage
from tests.unit.rows import BEGAN, alert, row

os.environ["AWS_DEFAULT_REGION"] = "us-west-2"
known = Enrichment(BEGAN, BEGAN)
for each in enrichers(Stage(Settings())):
    if each.kind == "metric":
        known = each.enrich(row(fires=alert(source="grafana")), known, BEGAN)
late = ("chalicelib.aws.metric_data", "chalicelib.aws.cloudwatch", "chalicelib.adapters.alarm")
print(json.dumps([name for name in late if name in sys.modules]))
"""


def test_what_reads_metrics_is_loaded_with_the_first_alarm_of_cloudwatch() -> None:
    assert in_a_fresh_interpreter(OPEN) == []


COLLECT = """
import json, sys
import chalicelib.wiring.collector, chalicelib.sync.on_call, chalicelib.conditions.on_call_file
print(json.dumps([name for name in sys.modules if name.startswith("chalicelib.lookups")]))
"""


def test_the_collector_asks_nobody_who_is_on_call() -> None:
    assert in_a_fresh_interpreter(COLLECT) == []
