"""Values added to a stage's secrets: from memory to Secrets Manager, never replacing an existing one."""

import json
from collections.abc import Mapping
from typing import Any

from ops.deployment import Deployment, Faults


def held(stage: Deployment, name: str) -> dict[str, Any] | None:
    """Read a secret; None if it does not exist. Raises Faults, which contain no value."""
    client = stage.client("secretsmanager")
    try:
        text = client.get_secret_value(SecretId=name)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        return None
    except client.exceptions.InvalidRequestException:
        restore = f"aws secretsmanager restore-secret --region {stage.region} --secret-id {name}"
        raise Faults(
            f"{name} cannot be used:", [f"it is being deleted; restore it with: {restore}"]
        ) from None
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Faults(f"{name} was not changed:", ["it does not hold a JSON object"])
    return value


def add(stage: Deployment, name: str, values: Mapping[str, str]) -> None:
    """Add the missing keys to a secret; create the secret if it does not exist."""
    client, there = stage.client("secretsmanager"), held(stage, name)
    text = json.dumps({**values, **(there or {})})
    if there is None:
        tags = [{"Key": "project", "Value": "alerting"}, {"Key": "stage", "Value": stage.name}]
        client.create_secret(Name=name, SecretString=text, Tags=tags)
    else:
        client.put_secret_value(SecretId=name, SecretString=text)
