"""The labels that we set, and how they look."""

AREA_LABEL = "area:alerting"
BOARD_LABEL = "alert:board"
FLAPPING_LABEL = "alert:flapping"
NOTIFICATION_LABEL = "alert:notification"
MUTED_LABEL = "alert:muted"
QUIET_LABEL = "alert:quiet"
RESOLVED_LABEL = "alert:resolved"
STALE_LABEL = "alert:stale"
UNKNOWN_LABEL = "routing:unknown"

ROUTED_PREFIXES = (AREA_LABEL, "Pri:", "Team:", "Source:")
"""Prefixes of the labels that routing sets on every issue."""

OUR_PREFIXES = (*ROUTED_PREFIXES, "alert:", "routing:")
"""Prefixes of labels that nobody else sets."""

MAX_LABEL = 50
"""GitHub's limit, in characters."""

_DESCRIPTIONS = {
    AREA_LABEL: ("1d76db", "Opened and kept by Alerting"),
    "Pri:P0": ("b60205", "Critical"),
    "Pri:P1": ("d93f0b", "High"),
    "Pri:P2": ("fbca04", "Medium"),
    "Pri:P3": ("c5c9ce", "Low"),
    BOARD_LABEL: ("1d76db", "Lists what is open; close it if you do not want it"),
    FLAPPING_LABEL: ("f9a825", "Fires and recovers again and again; stays open until it is quiet"),
    NOTIFICATION_LABEL: ("c2e0c6", "News for a person; close it once it is read"),
    QUIET_LABEL: ("bfd4f2", "No comments are added here while this label is set"),
    STALE_LABEL: ("d4c5f9", "Its source has not reported it for a long time"),
    MUTED_LABEL: ("6e7781", "Nothing is written about this condition while this label is set"),
    RESOLVED_LABEL: ("2da44e", "The condition has ended; a person closes the issue"),
    UNKNOWN_LABEL: ("e99695", "The alert names no team; the fallback team has it"),
}
KNOWN_LABELS = tuple(_DESCRIPTIONS)
_KINDS = {
    "Team": ("0e8a16", "Alerts of the team {}"),
    "Source": ("5319e7", "Alerts from {}"),
}
_OTHER = ("ededed", "Set on alerts by their routing")


def describe_label(name: str) -> tuple[str, str]:
    """Return the colour (six hex digits) and the description with which a label is created."""
    kind, _, rest = name.partition(":")
    color, description = _DESCRIPTIONS.get(name) or _KINDS.get(kind, _OTHER)
    return color, description.format(rest)
