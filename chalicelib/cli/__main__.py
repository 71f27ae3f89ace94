"""`python -m chalicelib.cli`: puts together the commands of the registry."""

import typer

from chalicelib.cli.registry import MARKUP, Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=MARKUP,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def commands() -> None:
    """Find out why an alert became an issue, or why it did not, and fix it.

    Begin with `explain --template grafana`, which needs nothing but this checkout.

    Exit codes: 0 all is well; 1 something is wrong, and is reported; 2 wrong usage, or nobody answered.
    `why` has more, which its help lists.
    With `--json` standard output is JSON; the reason why a command stopped is reported on standard error.
    """


if __name__ == "__main__":
    app(prog_name="python -m chalicelib.cli")
