"""The App's JWT and its installations' tokens: minted when needed, kept, and never shown."""

import base64
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from chalicelib.conditions.steps import needed
from chalicelib.errors import ConfigurationError, Invalid, Refused, RepositoryMissing, Suspended, Unavailable
from chalicelib.github.answers import Us
from chalicelib.github.auth import App
from chalicelib.github.installations import Installations
from chalicelib.github.protocol import Request, Response
from tests.twins.clock import START, ManualClock

REPOSITORY = "acme/alerts"
TOKEN = "ghs_12345_" + "a" * 300 + "." + "b" * 200


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any, encryption: KeySerializationEncryption | None = None) -> bytes:
    exported = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return bytes(exported)


def secret(**changes: Any) -> dict[str, Any]:
    encoded = base64.b64encode(pem(rsa_key())).decode()
    return {"github_app_id": "12345", "github_app_key_base64": encoded} | changes


@cache
def app() -> App:
    return App.from_secret(secret())


# The App


def test_the_jwt_says_who_since_a_minute_and_for_less_than_ten() -> None:
    claims = jwt.decode(
        app().token(START),
        rsa_key().public_key(),
        ["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iss"] == "12345"
    assert claims["iat"] == START.timestamp() - 60
    assert START.timestamp() < claims["exp"] < START.timestamp() + 600


@pytest.mark.parametrize(
    ("ids", "issuer"),
    [
        ({"github_app_id": 12345}, "12345"),
        ({"github_app_client_id": "Iv23li"}, "Iv23li"),
        ({"github_app_id": "", "github_app_client_id": "Iv23li"}, "Iv23li"),
    ],
)
def test_the_app_is_named_by_its_client_id_or_else_its_id(ids: dict[str, Any], issuer: str) -> None:
    assert App.from_secret(secret(**ids)).issuer == issuer


def test_the_keys_base64_may_be_broken_into_lines() -> None:
    broken = base64.encodebytes(pem(rsa_key())).decode()
    assert broken.count("\n") > 5
    assert App.from_secret(secret(github_app_key_base64=broken)).token(START)


def test_a_key_signs_unless_it_is_damaged() -> None:
    """With a modulus that is not the product of its primes."""
    whole = rsa_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    modulus = rsa_key().public_key().public_numbers().n
    damaged = whole.replace(modulus.to_bytes(256), (modulus ^ (1 << 1000)).to_bytes(256))
    body = base64.encodebytes(damaged).decode()
    text = f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n"
    encoded = base64.b64encode(text.encode()).decode()
    assert app().signs(START)
    assert not App.from_secret(secret(github_app_key_base64=encoded)).signs(START)


@cache
def foreign_keys() -> dict[str, bytes]:
    return {
        "elliptic": pem(ec.generate_private_key(ec.SECP256R1())),
        "locked": pem(rsa_key(), BestAvailableEncryption(b"pass")),
        "public": b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
        "der": rsa_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "unknown": b"-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----\n",
        "nothing": b"",
    }


@pytest.mark.parametrize("name", ["elliptic", "locked", "public", "der", "unknown", "nothing"])
def test_another_kind_of_key_is_a_fault(name: str) -> None:
    with pytest.raises(ConfigurationError, match="github_app_key_base64"):
        App.from_secret(secret(github_app_key_base64=base64.b64encode(foreign_keys()[name]).decode()))


@pytest.mark.parametrize("value", ["-----BEGIN", "ä", None, 7, pem(rsa_key()).decode()])
def test_a_key_that_is_no_base64_is_a_fault_and_is_not_shown(value: Any) -> None:
    with pytest.raises(ConfigurationError) as raised:
        App.from_secret(secret(github_app_key_base64=value))
    assert "MII" not in "".join(traceback.format_exception(raised.value))


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        App.from_secret({})
    assert [fault.split()[0] for fault in raised.value.faults] == ["github_app_id", "github_app_key_base64"]


# Installations


class GitHub:
    """Answers requests for installations and tokens; `answers` maps the end of a path to something else."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.life = timedelta(hours=1)
        self.asked: list[tuple[str, str]] = []
        self.wanted: list[Mapping[str, Any]] = []
        self.credentials: list[str] = []
        self.answers: dict[str, Callable[[Request], Response]] = {}
        self.installations = Installations(app(), self.send, self.clock.now)

    def send(self, request: Request, credential: str) -> Response:
        self.asked.append((request.method, request.path))
        if request.body is not None:
            self.wanted.append(request.body)
        self.credentials.append(credential)
        for end, answer in self.answers.items():
            if request.path.endswith(end):
                return answer(request)
        if request.method == "GET":
            return answered({"id": 77 if "/acme/" in request.path else 78, "app_slug": "alerting"})
        minted = sum(method == "POST" for method, _ in self.asked)
        expires = (self.clock.now() + self.life).isoformat()
        return answered({"token": f"{TOKEN}{minted}", "expires_at": expires})

    @property
    def minted(self) -> int:
        return sum(method == "POST" for method, _ in self.asked)


def answered(body: Any) -> Response:
    return Response(200, {}, json.dumps(body).encode())


@pytest.fixture
def github() -> GitHub:
    return GitHub()


def test_a_token_is_minted_for_the_repositorys_installation(github: GitHub) -> None:
    access = github.installations.access(REPOSITORY)
    assert (access.token, access.us.login) == (f"{TOKEN}1", "alerting[bot]")
    assert access.expires_at == START + timedelta(hours=1)
    assert github.asked == [
        ("GET", "/repos/acme/alerts/installation"),
        ("POST", "/app/installations/77/access_tokens"),
    ]


def test_a_token_opens_one_repository_to_write_issues(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    permissions = {"issues": "write", "metadata": "read"}
    assert github.wanted == [{"repositories": ["alerts"], "permissions": permissions}]


def test_each_repository_has_a_token_of_its_own_in_an_installation_found_once(github: GitHub) -> None:
    for _ in range(2):
        assert github.installations.access(REPOSITORY).token == f"{TOKEN}1"
        assert github.installations.access("acme/other").token == f"{TOKEN}2"
    assert [method for method, _ in github.asked] == ["GET", "POST", "POST"]
    assert [wanted["repositories"] for wanted in github.wanted] == [["alerts"], ["other"]]


def test_a_repositorys_case_is_the_same_repository(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    assert github.installations.ready("Acme/Alerts")
    assert github.installations.access("Acme/Alerts").token == f"{TOKEN}1"


def test_a_token_that_reads_everywhere_writes_nowhere(github: GitHub) -> None:
    for _ in range(2):
        assert github.installations.sight(REPOSITORY) == f"{TOKEN}1"
        assert github.installations.sight("acme/other") == f"{TOKEN}1"
    assert github.wanted == [{"permissions": {"issues": "read", "metadata": "read"}}]
    github.clock.pass_(minutes=55)
    assert github.installations.sight(REPOSITORY) == f"{TOKEN}2"


def test_a_token_that_expires_takes_no_other_with_it(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=30)
    github.installations.access("acme/other")
    github.clock.pass_(minutes=30)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}3"
    assert github.installations.access("acme/other").token == f"{TOKEN}2"


def test_a_token_is_kept_until_shortly_before_it_expires(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=54, seconds=59)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}1"
    github.clock.pass_(seconds=1)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}2"
    assert [method for method, _ in github.asked] == ["GET", "POST", "GET", "POST"]


def test_each_owner_has_a_token_of_its_own(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    assert github.installations.access("umbrella/alerts").token == f"{TOKEN}2"


def test_each_minting_signs_a_new_jwt(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=56)
    github.installations.access(REPOSITORY)
    assert github.credentials[1] != github.credentials[2]


def test_all_tokens_of_an_installation_are_forgotten_together(github: GitHub) -> None:
    github.installations.forget(REPOSITORY)
    github.installations.access(REPOSITORY)
    github.installations.access("umbrella/alerts")
    github.installations.forget("acme/other")
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}3"
    assert [method for method, _ in github.asked] == ["GET", "POST"] * 3
    assert github.installations.access("umbrella/alerts").token == f"{TOKEN}2"


def test_an_installation_is_looked_up_again_with_each_token(github: GitHub) -> None:
    """A removed installation's id is refused for ever, and a renamed App's bot has another login."""
    github.installations.access(REPOSITORY)
    github.clock.pass_(hours=1)
    github.answers = {"/installation": lambda _: answered({"id": 88, "app_slug": "pager"})}
    assert github.installations.access(REPOSITORY).us.login == "pager[bot]"
    assert github.asked[-1] == ("POST", "/app/installations/88/access_tokens")


def test_an_installation_removed_while_its_token_is_minted_is_looked_up_at_the_next_try(
    github: GitHub,
) -> None:
    github.answers = {"/77/access_tokens": refuses(404, "Not Found")}
    with pytest.raises(Refused):
        github.installations.access(REPOSITORY)
    github.answers = {"/installation": lambda _: answered({"id": 88, "app_slug": "alerting"})}
    github.installations.access(REPOSITORY)
    assert github.asked[-1] == ("POST", "/app/installations/88/access_tokens")


def refuses(status: int, message: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        raise Refused(f"{status} {message}", status=status)

    return answer


# A name that an installation's tokens do not take


NOT_THERE = "There is at least one repository that does not exist or is not accessible to the installation."
RENAMED = "https://api.github.com/repositories/3000000001/installation"


def takes_ids_alone(request: Request) -> Response:
    if "repositories" in needed(request.body):
        raise Invalid(f"422 {NOT_THERE}", ())
    return answered({"token": TOKEN, "expires_at": "2099-01-01T00:00:00Z"})


def redirected(installation: int) -> Callable[[Request], Response]:
    body = {"id": installation, "app_slug": "alerting"}
    return lambda _: replace(answered(body), address=RENAMED)


def test_a_renamed_repository_is_named_by_its_id_with_no_more_calls_than_another(github: GitHub) -> None:
    github.answers = {"alerts/installation": redirected(77), "access_tokens": takes_ids_alone}
    assert github.installations.access(REPOSITORY).token == TOKEN
    assert github.wanted[-1]["repository_ids"] == [3000000001]
    assert [method for method, _ in github.asked] == ["GET", "POST"]


@pytest.mark.parametrize("installation", [77, 88])
def test_where_its_owners_installation_does_not_know_its_name_it_is_looked_for(
    github: GitHub, installation: int
) -> None:
    github.installations.access("acme/other")
    github.answers = {"alerts/installation": redirected(installation), "access_tokens": takes_ids_alone}
    assert github.installations.access(REPOSITORY).token == TOKEN
    assert github.asked[-1] == ("POST", f"/app/installations/{installation}/access_tokens")
    assert github.wanted[-1]["repository_ids"] == [3000000001]
    assert github.installations.access("acme/other").token == f"{TOKEN}1"


def test_one_that_the_app_is_not_installed_on_costs_the_others_nothing(github: GitHub) -> None:
    github.installations.access("acme/other")
    github.answers = {"access_tokens": takes_ids_alone, "alerts/installation": refuses(404, "Not Found")}
    with pytest.raises(RepositoryMissing, match="install it there"):
        github.installations.access(REPOSITORY)
    assert github.installations.access("acme/other").token == f"{TOKEN}1"


def test_a_name_that_is_refused_where_it_was_just_found_is_refused(github: GitHub) -> None:
    def takes_none(request: Request) -> Response:
        if needed(request.body).get("permissions") == {"metadata": "read"}:
            return takes_ids_alone(request)
        raise Invalid(f"422 {NOT_THERE}", ())

    github.answers = {"access_tokens": takes_none}
    for _ in range(2):
        with pytest.raises(Invalid):
            github.installations.access(REPOSITORY)
    paths = [path for _, path in github.asked]
    assert paths.count("/repos/acme/alerts/installation") == 1, "and is not looked for at once"
    assert paths.count("/repos/acme/alerts") == 1


def test_a_name_that_no_token_takes_is_read_once_and_named_by_its_id(github: GitHub) -> None:
    github.answers = {
        "access_tokens": takes_ids_alone,
        "/repos/acme/alerts": lambda _: answered({"id": 9}),
    }
    for _ in range(2):
        assert github.installations.access(REPOSITORY).token == TOKEN
    permissions = {"issues": "write", "metadata": "read"}
    assert github.wanted[-1] == {"repository_ids": [9], "permissions": permissions}
    assert github.wanted[-2] == {"permissions": {"metadata": "read"}}
    assert [method for method, _ in github.asked] == ["GET", "POST", "POST", "GET", "POST"]


def test_a_repository_renamed_back_is_named_again(github: GitHub) -> None:
    github.answers = {"alerts/installation": redirected(77)}
    github.installations.access(REPOSITORY)
    github.answers = {}
    github.clock.pass_(hours=1)
    github.installations.access(REPOSITORY)
    assert github.wanted[-1]["repositories"] == ["alerts"]


# What is known of an installation, in doubt


NOT_FOUND = Refused("404 Not Found", status=404)
NOT_ACCESSIBLE = Refused("403 Resource not accessible by integration", status=403)


@pytest.mark.parametrize("refused", [NOT_FOUND, NOT_ACCESSIBLE])
def test_a_repository_that_moved_to_another_owner_is_opened_by_the_installation_there(
    github: GitHub, refused: Refused
) -> None:
    github.installations.access("acme/other")
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    github.answers = {"alerts/installation": lambda _: answered({"id": 88, "app_slug": "alerting"})}
    assert github.installations.renewed(REPOSITORY, refused)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}3"
    assert github.installations.access("acme/other").token == f"{TOKEN}1", "the others stay where they are"


@pytest.mark.parametrize("refused", [NOT_FOUND, NOT_ACCESSIBLE])
def test_what_is_refused_where_nothing_moved_is_refused(github: GitHub, refused: Refused) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    assert not github.installations.renewed(REPOSITORY, refused)
    assert not github.installations.renewed(REPOSITORY, refused)
    assert [path for _, path in github.asked].count("/repos/acme/alerts/installation") == 2, "not each time"


def test_a_token_in_doubt_is_minted_again_for_what_has_the_name_now(github: GitHub) -> None:
    github.installations.access("acme/other")
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    assert not github.installations.renewed(REPOSITORY, NOT_FOUND)
    assert not github.installations.ready(REPOSITORY)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}3"
    assert not github.installations.renewed(REPOSITORY, NOT_FOUND)
    assert github.installations.ready(REPOSITORY), "not each time"
    assert github.installations.ready("acme/other")


def test_a_repository_renamed_since_its_token_was_minted_is_named_by_its_id(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    github.answers = {"alerts/installation": redirected(77)}
    assert github.installations.renewed(REPOSITORY, NOT_FOUND)
    github.installations.access(REPOSITORY)
    assert github.wanted[-1]["repository_ids"] == [3000000001]


def test_a_repository_that_the_app_lost_says_where_to_install_it(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    github.answers = {"/installation": refuses(404, "Not Found")}
    with pytest.raises(RepositoryMissing, match="install it there"):
        github.installations.renewed(REPOSITORY, NOT_FOUND)
    assert not github.installations.renewed(REPOSITORY, NOT_FOUND), "and is not asked for again at once"


@pytest.mark.parametrize(
    "refused",
    [
        Refused("403 Repository was archived so is read-only.", status=403),
        Suspended("403 This installation has been suspended", status=403),
        RepositoryMissing("404", status=404),
        Refused("422 Validation Failed", status=422),
    ],
)
def test_other_refusals_put_nothing_in_doubt(github: GitHub, refused: Refused) -> None:
    github.installations.access(REPOSITORY)
    github.clock.pass_(minutes=2)
    github.asked.clear()
    assert not github.installations.renewed(REPOSITORY, refused)
    assert github.asked == []


def test_who_we_are_is_looked_up_for_all_repositories_of_an_installation(github: GitHub) -> None:
    github.installations.access(REPOSITORY)
    github.answers = {"/installation": lambda _: answered({"id": 77, "app_id": 5, "app_slug": "pager"})}
    assert github.installations.look(REPOSITORY) == Us(5, "pager[bot]")
    assert github.installations.access("acme/other").us == Us(5, "pager[bot]")
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}1", "which is as good as before"


def test_an_outage_forgets_nothing(github: GitHub) -> None:
    def away(request: Request) -> Response:
        raise Unavailable("502", status=502)

    github.answers = {"access_tokens": away}
    with pytest.raises(Unavailable):
        github.installations.access(REPOSITORY)
    github.answers = {}
    github.installations.access(REPOSITORY)
    assert [method for method, _ in github.asked] == ["GET", "POST", "POST"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"id": "x"}', b"<html>"])
def test_an_installation_that_cannot_be_read_is_an_outage(github: GitHub, content: bytes) -> None:
    github.answers = {"/installation": lambda _: Response(200, {}, content)}
    with pytest.raises(Unavailable):
        github.installations.access(REPOSITORY)
    assert github.minted == 0


def unreadable_tokens() -> list[bytes]:
    expires = "2026-03-01T04:00:00Z"
    bodies: list[Any] = [
        {"token": TOKEN},
        {"token": TOKEN, "expires_at": None},
        {"token": TOKEN, "expires_at": "2026-03-01T04:00:00"},
        {"token": TOKEN, "expires_at": TOKEN},
        {"token": [TOKEN], "expires_at": expires},
        {"token": f"{TOKEN}\r\nX-Evil: 1", "expires_at": expires},
        {"token": f"{TOKEN}\n", "expires_at": expires},
        {"token": f"{TOKEN}é", "expires_at": expires},
        {"token": "", "expires_at": expires},
        [TOKEN],
        TOKEN,
    ]
    return [*(json.dumps(body).encode() for body in bodies), f'{{"token": "{TOKEN}'.encode(), TOKEN.encode()]


@pytest.mark.parametrize("content", unreadable_tokens())
def test_a_token_that_cannot_be_used_is_an_outage_and_is_not_shown(github: GitHub, content: bytes) -> None:
    github.answers = {"access_tokens": lambda _: Response(201, {}, content)}
    with pytest.raises(Unavailable) as raised:
        github.installations.access(REPOSITORY)
    assert not shows(raised.value, ["ghs_", *github.credentials])


def shows(error: BaseException | None, secrets: list[str]) -> bool:
    """Whether the error, or one in its chain, reveals a secret in its text, its repr or its traceback."""
    while error is not None:
        text = f"{error} {error!r} {''.join(traceback.format_exception(error))}"
        if any(each in text for each in secrets):
            return True
        error = error.__cause__ or error.__context__
    return False


def test_tokens_and_keys_are_not_shown_by_their_holders(github: GitHub) -> None:
    assert TOKEN not in repr(github.installations.access(REPOSITORY))
    assert "RSA" not in repr(app())


@pytest.mark.parametrize("expires", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_expiry_far_away_is_still_a_time(github: GitHub, expires: str) -> None:
    github.answers = {"access_tokens": lambda _: answered({"token": TOKEN, "expires_at": expires})}
    assert [github.installations.access(REPOSITORY).token for _ in range(2)] == [TOKEN, TOKEN]


def test_a_token_expired_at_birth_is_used_once(github: GitHub) -> None:
    """The clocks may be apart: GitHub decides whether it takes the token."""
    github.life = timedelta(0)
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}1"
    assert github.installations.access(REPOSITORY).token == f"{TOKEN}2"


def test_a_refusal_is_passed_on(github: GitHub) -> None:
    def suspended(request: Request) -> Response:
        raise Refused("403 This installation has been suspended", status=403)

    github.answers = {"access_tokens": suspended}
    with pytest.raises(Refused, match="suspended"):
        github.installations.access(REPOSITORY)
