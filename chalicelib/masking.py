"""Masking: what looks like a credential is not written down, wherever it came from. Pure.

Nothing of ours logs one; a provider's text, or the words of a failure, may hold one all the same. The forms
are those that their makers document: docs.github.com/en/authentication (tokens), RFC 7519, RFC 7468,
RFC 6750, docs.aws.amazon.com/IAM (unique ids).
"""

import re
from urllib.parse import urlsplit

MASKED = "(masked)"

_MARKS = (
    *("ghs_", "ghp_", "gho_", "ghu_", "ghr_", "github_pat_", "eyJ", "-----BEGIN", "AKIA", "ASIA"),
    *("earer ", "asic ", "@", "token=", "secret=", "password=", "key=", "signature="),
)
"""What a text must have for one of the forms to be in it: looking for these costs a sixth."""

_CREDENTIAL = re.compile(
    r"""
      (?:gh[spour]_ | github_pat_) [\w.-]{16,}
    | eyJ[\w-]{16,}(?:\.[\w-]+){0,2}
    | -----BEGIN[ ][A-Z ]{0,40}PRIVATE[ ]KEY-----(?:(?!-----END)[^"])*+
      (?:-----END[ ][A-Z ]{0,40}PRIVATE[ ]KEY-----)?
    | (?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}
    | (?<=earer[ ])[\w.~+/=-]{20,}
    | (?<=asic[ ])[\w+/=-]{20,}
    | (?<=://)[^/\s"@]+(?=@)
    | (?:(?<=token=) | (?<=secret=) | (?<=password=) | (?<=key=) | (?<=signature=))[^&\s"\\]+
    """,
    re.VERBOSE,
)


def mask(text: str) -> str:
    """Put `(masked)` for what looks like a credential."""
    return _CREDENTIAL.sub(MASKED, text) if any(mark in text for mark in _MARKS) else text


def bare(url: str) -> str:
    """Reduce an address to its place: a query, fragment or user may hold a credential."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
