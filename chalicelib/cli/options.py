"""Options that commands share."""

from typing import Annotated

import typer

from chalicelib.adapters.registry import SOURCES

Stage = Annotated[
    str,
    typer.Option(
        "--stage", "-s", envvar="ALERTING_STAGE", help="local (`make local`), dev, prod, or any other stage."
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        "--region", help="The stage's region, if neither infra-extra/stages/STAGE.toml nor AWS_REGION has it."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Source = Annotated[
    str | None, typer.Option(help=f"Its source: {', '.join(SOURCES)}; recognised by its shape if left out.")
]
