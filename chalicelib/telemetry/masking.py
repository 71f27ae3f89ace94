"""Masking: anything that looks like a credential is not written down, wherever it came from. Pure.

Our own code never logs one, but a provider's text or an error's message may contain one. One list serves
logs and issues. The forms are documented by those who issue them: docs.github.com/en/authentication,
docs.gitlab.com/security/tokens, api.slack.com/authentication/token-types, docs.aws.amazon.com/IAM (unique
ids) and AmazonS3/latest/API/sigv4-query-string-auth.html, RFC 6750, 7468, 7519. The tests compare the list
with that of detect-secrets.
"""

import re
from functools import lru_cache

MASKED = "(masked)"

_BEGINS = r"(?:(?<![A-Z0-9])|(?<=%[0-9A-F][0-9A-F]))"
"""Where an id may begin: also after an encoded character in an address, as in `%22AKIA...`."""

# What a text must contain, in lower case, to be able to match: checking that first takes a twentieth of the
# time. Every repeat is bounded, or nothing after it can fail, so the time is linear: see tests/patterns.py.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (mark, re.compile(form, re.VERBOSE))
    for mark, form in (
        ("ghs_", r"ghs_[\w.-]{16,}"),
        ("ghp_", r"ghp_\w{16,}"),
        ("gho_", r"gho_\w{16,}"),
        ("ghu_", r"ghu_\w{16,}"),
        ("ghr_", r"ghr_\w{16,}"),
        ("github_pat_", r"github_pat_\w{16,}"),
        ("gl", r"gl(?:pat|dt|ft|soat|rt|rtr|cbt|ptt|imt|agent|oas|ffct)-[\w.-]{16,}"),
        ("gr1348941", r"GR1348941[\w-]{20,}"),
        ("eyj", r"eyJ[\w-]{16,}(?:\.[\w-]+){0,2}"),
        (
            "-----begin",
            r"""-----BEGIN[ ][A-Z ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----(?>(?:(?!-----END)[^"])*)
                (?:-----END[ ][A-Z ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----)?""",
        ),
        *((mark, rf"{_BEGINS}{mark.upper()}[A-Z0-9]{{16}}") for mark in ("akia", "asia", "abia", "acca")),
        ("xox", r"xox[a-z]-[\w-]{8,}"),
        ("xapp-", r"xapp-[\w-]{8,}"),
        ("hooks.slack.com/", r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/]{8,}"),
        ("/webhooks/", r"(?<=/api/webhooks/)[0-9]{10,20}/[\w-]{20,}"),
        (":aa", r"[0-9]{8,10}:AA[\w-]{33}"),
        ("aiza", r"AIza[\w-]{35}"),
        ("ya29.", r"ya29\.[\w-]{20,}"),
        ("gocspx-", r"GOCSPX-[\w-]{20,}"),
        ("k_live_", r"[rs]k_live_\w{16,}"),
        ("k_test_", r"[rs]k_test_\w{16,}"),
        ("npm_", r"npm_\w{30,}"),
        ("pypi-", r"pypi-[\w-]{50,}"),
        ("sg.", r"SG\.[\w-]{16,64}\.[\w-]{16,}"),
        ("glsa_", r"glsa_\w{30,}"),
        ("glc_", r"glc_[\w+/=]{30,}"),
        ("dop_v1_", r"dop_v1_[0-9a-f]{60,}"),
        ("hf_", r"hf_[A-Za-z]{30,}"),
        ("dckr_pat_", r"dckr_pat_[\w-]{20,}"),
        ("sk-", r"(?<![\w-])sk-[\w-]{20,}"),
        ("hvs.", r"hvs\.[\w-]{24,}"),
        ("sq0", r"sq0(?:atp|csp)-[\w-]{22,}"),
        ("sk", r"(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])"),
        ("-us", r"(?<![0-9a-f])[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),
        ("bearer ", r"(?:(?<=[Bb]earer[ ])|(?<=BEARER[ ]))[\w.~+/=-]{16,}"),
        ("basic ", r"(?:(?<=[Bb]asic[ ])|(?<=BASIC[ ]))[\w+/=-]{20,}"),
        ("@", r"(?<=://)[^/\s\"@]+(?=@)"),
    )
)
_NAMES = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "signature",
    "credential",
    "sig=",
    "auth",
    "cookie",
    "code=",
)

_NAMED = re.compile(
    r"""
    ( (?: (?P<always> pass(?:word|wd|phrase|code) | pwd )
        | (?<![a-z])pass | secret | token | signature | credential | auth(?:orization)? | cookie
        | (?:api|access|account|private|signing|encryption|shared|secret|master)[_\s-]?key(?:[_-]?id)?
        | (?<=[?&])(?:key|sig|code|awsaccesskeyid) )
      (?P<quote> (?:\\?["'])? )
      (?P<given> = | :[ ]? | [ ]=>?[ ] | [ ]:[ ] )
      (?:\\?["'])? )
    (?P<value> [^\s"'\\&,;<>{}()|`]{1,512} )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_BARE = re.compile(r"(?<=://)[^/?#]*@|[?#].*", re.DOTALL)
_SCHEME = frozenset({"bearer", "basic", "token", "aws4-hmac-sha256", MASKED})
LONG = 8

SHORT, KNOWN = 300, 2048
"""Results are remembered for texts up to this length (code points), and for this many: labels recur."""


def mask(text: str) -> str:
    """Replace anything that looks like a credential by `(masked)`."""
    return _short(text) if len(text) <= SHORT else _mask(text)


@lru_cache(KNOWN)
def _short(text: str) -> str:
    return _mask(text)


def _mask(text: str) -> str:
    lowered = text.lower()
    for form in [form for mark, form in _FORMS if mark in lowered]:
        text = form.sub(MASKED, text)
    return _NAMED.sub(_value, text) if [name for name in _NAMES if name in lowered] else text


def _value(found: re.Match[str]) -> str:
    """Hide a value whose name says that it is a credential; in running text only if it looks like one.

    After a colon, words such as `token: expired` are an explanation; a password is always hidden.
    """
    value, prose = found["value"], not found["quote"] and found["given"] != "="
    harmless = len(value) < LONG or not any(letter.isdigit() for letter in value)
    if value.lower() in _SCHEME or (prose and not found["always"] and harmless):
        return found[0]
    return f"{found[1]}{MASKED}"


@lru_cache(1024)
def names_credential(name: str) -> bool:
    """Whether a label or field of this name contains a credential."""
    found = _NAMED.search(f"?{name}=x")
    return found is not None and found.end() == len(name) + 3


def bare(url: str) -> str:
    """Remove everything after an address's path: its query, fragment or user may contain a credential."""
    return _NOT_BARE.sub("", url)
