"""`python -m chalicelib.cli`: a module for each command, put together here."""

import typer

from chalicelib.cli import adopt, dlq, doctor, explain, listing, replay, send, show, stats, why
from chalicelib.cli.trouble import Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("explain")(explain.explain)
app.command("why")(why.why)
app.command("list")(listing.list_rows)
app.command("show")(show.show)
dlq.app.command("replay")(replay.replay)
app.command("doctor")(doctor.doctor)
app.command("stats")(stats.stats)
app.command("adopt")(adopt.adopt)
app.add_typer(dlq.app, name="dlq")
app.add_typer(send.app, name="send")


@app.callback()
def commands() -> None:
    """Find out why an alert became an issue, or why it did not, and mend it.

    Begin with `explain --template grafana`, which needs nothing but this checkout.

    Exit codes: 0 all is well; 1 something is wrong, and was told; 2 wrong usage, or nobody answered.
    With `--json` standard output is JSON; what kept a command from its work is said on standard error.
    """


if __name__ == "__main__":
    app(prog_name="python -m chalicelib.cli")
