"""What AWS refused, or why it could not be asked, in one sentence that says what to do."""

from urllib.parse import urlsplit

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004 - the base of botocore's own
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    InvalidRegionError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

NO_CREDENTIALS = (
    CredentialRetrievalError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
EXPIRED = ("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_LOGIN = "Log in first, for example with `aws sso login`, or name a profile in AWS_PROFILE."
_ABSENT = "Is that the right --stage and --region, and has infra-extra been applied there?"
_ROLE = "Use a role that may do that."
_REFUSALS = {
    "AccessDenied": _ROLE,
    "AuthorizationError": _ROLE,
    "UnauthorizedOperation": _ROLE,
    **dict.fromkeys(EXPIRED, _LOGIN),
    "NonExistentQueue": _ABSENT,
    "QueueDoesNotExist": _ABSENT,
    "ResourceNotFound": _ABSENT,
    "NotFound": _ABSENT,
}


def unknown_caller(error: BaseException) -> bool:
    """Whether AWS does not know who asks: then nothing else can be asked either."""
    if isinstance(error, ClientError):
        return any(part in error.response["Error"].get("Code", "") for part in EXPIRED)
    return isinstance(error, NO_CREDENTIALS)


def unreachable(error: BaseException) -> bool:
    """Whether AWS could not be reached at all."""
    return isinstance(error, ConnectionError | HTTPClientError)


def sentence(error: BaseException) -> str:
    """Say what happened and what to do."""
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return f"There are no credentials for AWS. {_LOGIN}"
        case ClientError():
            return _refusal(error)
        case NoRegionError() | InvalidRegionError():
            return f"{error} Name an AWS region such as us-east-1 with --region."
        case EndpointConnectionError():
            return _silent(str(error.kwargs.get("endpoint_url", "")))
    if unknown_caller(error):
        return f"{str(error).rstrip('.')}. {_LOGIN}"
    if unreachable(error):
        return f"AWS could not be reached: {type(error).__name__}. Check this machine's network and proxy."
    return f"The call to AWS failed: {error}"


def _silent(address: str) -> str:
    if urlsplit(address).hostname in LOOPBACK:
        return f"Nothing answers at {address}. On the local stack, start it with `make local`."
    return f"Nothing answers at {address}. Check --region, and this machine's network and proxy."


def _refusal(error: ClientError) -> str:
    told = error.response["Error"]
    code = told.get("Code", "")
    what_to_do = next((words for part, words in _REFUSALS.items() if part in code), "Try again in a minute.")
    return f"AWS refused {error.operation_name}: {code}, {told.get('Message', '')}. {what_to_do}"
