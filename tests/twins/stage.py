"""A stage whose secrets are at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from chalicelib.aws.secrets_manager import Secret
from chalicelib.settings import Settings
from chalicelib.wiring.stage import Stage


@dataclass(frozen=True)
class Held:
    """A secret that was read already."""

    content: Mapping[str, Any]

    def read(self, *, fresh: bool = False) -> Mapping[str, Any]:
        return self.content


@dataclass(frozen=True, eq=False)
class Holding(Stage):
    """A stage with the secret of the App."""

    app: Mapping[str, Any] = field(default_factory=dict)

    def secret(self, name: str) -> Secret:
        assert name == self.app_secret
        return cast(Secret, Held(self.app))


def holding(app: Mapping[str, Any], **environment: str) -> Stage:
    return Holding(Settings.read({"ALERTING_STAGE": "dev", "AWS_REGION": "us-west-2"} | environment), app=app)
