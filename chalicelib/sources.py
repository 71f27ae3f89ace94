"""Sources: what is known of each provider, whoever reads its messages. Pure."""

REPEATING = frozenset({"grafana", "alertmanager"})
"""Sources that send again, every so often, what still fires, with the start it has had all along."""


def repeats(source: str) -> bool:
    """Say whether a source sends again what still fires."""
    return source in REPEATING
