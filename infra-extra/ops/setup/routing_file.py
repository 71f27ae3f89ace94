"""The routing table: which repository gets which team's issues."""

from ops.setup.step import Setup, Step


def will(setup: Setup) -> str:
    """Say which repositories it will name."""
    return f"write chalicelib/routing.toml, with {', '.join(setup.repositories)}"


def there(setup: Setup) -> str | None:
    """Check whether it is no longer the example's: then it stays."""
    return f"chalicelib/routing.toml already names {', '.join(setup.repositories)}" if setup.routing else None


def write(setup: Setup) -> None:
    """Write it over the example's."""
    setup.routing_file.write_text(setup.routes, encoding="utf-8")


STEP = Step("routing", will, there, write)
