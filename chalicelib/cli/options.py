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
        "--region", help="Where the stage is, unless its infra-extra/stages/STAGE.toml or AWS_REGION says."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Source = Annotated[
    str | None, typer.Option(help=f"Whose it is: {', '.join(SOURCES)}; otherwise recognised by its shape.")
]
