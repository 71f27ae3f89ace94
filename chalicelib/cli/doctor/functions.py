"""What `chalice deploy` made: the functions and their versions, the queue's mapping, the schedule."""

from collections.abc import Iterator
from typing import Any

from chalicelib.cli.doctor.finding import Finding
from chalicelib.quantities import counted
from chalicelib.version import differ
from chalicelib.wiring import checkout
from chalicelib.wiring.deployed import version as deployed_version
from chalicelib.wiring.stage import Stage

BATCH = 10
DEPLOY = "Deploy the stage again."


def versions(stage: Stage) -> Iterator[Finding]:
    """Check that all functions run the same code, for this stage, with the settings of this checkout."""
    client = stage.client("lambda")
    found = [client.get_function_configuration(FunctionName=name) for name in stage.functions]
    codes = {each["CodeSha256"] for each in found}
    same = "all of one package" if len(codes) == 1 else f"of {len(codes)} packages"
    deployed = f"{counted(len(found), 'function')}, {same}, deployed {found[0]['LastModified']}"
    yield Finding("functions", deployed, DEPLOY if len(codes) > 1 else "")
    for each in found:
        yield from _settings(each, stage)


def log_levels(stage: Stage) -> Iterator[Finding]:
    """Check that each function's log has the events that the queries need, and nothing that it should not.

    Lambda drops what is below the level in a function's configuration, if its format is JSON
    (docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html). Events are at INFO.
    """
    client = stage.client("lambda")
    levels = {name: _level(client.get_function_configuration(FunctionName=name)) for name in stage.functions}
    if hidden := [name for name, level in levels.items() if level in ("WARN", "ERROR", "FATAL")]:
        told = f"{', '.join(hidden)} log only {levels[hidden[0]]}, which hides what queries and `why` read"
        yield Finding("log level", told, "Set their application log level to INFO: Lambda, Monitoring tools.")
    if wordy := [name for name, level in levels.items() if level in ("DEBUG", "TRACE")]:
        told = f"{', '.join(wordy)} log at {levels[wordy[0]]}, where libraries may write requests and headers"
        yield Finding("log level", told, "Set the application log level of these to INFO once you are done.")
    if not hidden and not wordy:
        yield Finding("log level", "INFO, as the queries need")


def version(stage: Stage) -> Iterator[Finding]:
    """Compare the version that the API serves with that of this checkout."""
    served = deployed_version(stage)
    if served is None:
        yield Finding("version", "not checked: no API of this stage answered on /health")
        return
    here = checkout.version()
    fix = f"Deploy the stage again, or check out {served.rpartition('+')[2]}." if differ(served, here) else ""
    yield Finding("version", f"{served} is deployed, and this checkout is {here}", fix)


def mapping(stage: Stage) -> Iterator[Finding]:
    """Check that the queue's messages reach the collector, through a single mapping."""
    client, function = stage.client("lambda"), stage.collector
    mappings = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    told = ", ".join(f"{each['State']}, batches of {each['BatchSize']}" for each in mappings) or "none"
    yield Finding("queue's mapping", told, _fix_mapping(mappings))


def schedule(stage: Stage) -> Iterator[Finding]:
    """Check that reconcile runs every minute."""
    client, function = stage.client("events"), stage.reconcile
    names = client.list_rule_names_by_target(TargetArn=stage.arn("lambda", f"function:{function}"))[
        "RuleNames"
    ]
    rules = [client.describe_rule(Name=name) for name in names]
    told = ", ".join(f"{each['ScheduleExpression']} {each['State']}" for each in rules) or "none"
    running = [each for each in rules if each["State"] == "ENABLED"]
    yield Finding(
        "schedule", told, "" if len(running) == 1 else f"Enable one schedule of {function}, or deploy again."
    )


def _level(function: dict[str, Any]) -> str:
    return str(function.get("LoggingConfig", {}).get("ApplicationLogLevel", "INFO"))


def _settings(function: dict[str, Any], stage: Stage) -> Iterator[Finding]:
    """Report a function whose environment is not what this checkout would deploy."""
    deployed = function.get("Environment", {}).get("Variables", {})
    ours = checkout.variables(stage.name)
    differ = sorted(name for name, value in ours.items() if deployed.get(name) != value)
    if differ:
        told = f"{function['FunctionName']} has other settings than the stage's file: {', '.join(differ)}"
        yield Finding("settings", told, DEPLOY)


def _fix_mapping(mappings: list[dict[str, Any]]) -> str:
    if len(mappings) != 1:
        return "Exactly one is needed: deploy if it is missing, and delete those of an earlier deployment."
    if mappings[0]["State"] not in ("Enabled", "Updating"):
        return f"Enable it: aws lambda update-event-source-mapping --enabled --uuid {mappings[0]['UUID']}"
    return "" if mappings[0]["BatchSize"] == BATCH else DEPLOY
