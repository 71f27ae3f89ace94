"""What keeps a command from its work, told in one sentence with what to do, on standard error."""

from typing import Any

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from typer.core import TyperGroup

from chalicelib.errors import AlertingError

TROUBLE = 2
"""The exit code where the command could not be carried out, as `diff` and `grep` have it."""

_LOGIN = "Log in first, for example with `aws sso login`, or name a profile in AWS_PROFILE."
_ABSENT = "Is that the right --stage and --region, and has infra-extra been applied there?"
_REFUSALS = {
    "AccessDenied": "Use a role that may do that.",
    "AuthorizationError": "Use a role that may do that.",
    "ExpiredToken": _LOGIN,
    "InvalidClientTokenId": _LOGIN,
    "UnrecognizedClient": _LOGIN,
    "NonExistentQueue": _ABSENT,
    "QueueDoesNotExist": _ABSENT,
    "NotFound": _ABSENT,
}


class Trouble(AlertingError):
    """The command cannot be carried out; the text says why, and what to do."""


class Commands(TyperGroup):
    """Commands whose failures are told in a sentence, never as a trace."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; exits with 2 where it could not be carried out."""
        try:
            return super().invoke(ctx)
        except (AlertingError, BotoCoreError, ClientError, OSError) as error:
            typer.echo(sentence(error), err=True)
            raise typer.Exit(TROUBLE) from error


def sentence(error: BaseException) -> str:
    """Say what happened and what to do; what AWS said stands behind some of our own errors."""
    cause = error.__cause__ if isinstance(error, AlertingError) else error
    match cause:
        case EndpointConnectionError():
            address = cause.kwargs.get("endpoint_url")
            return f"Nothing answers at {address}. On the local stack, start it with `make local`."
        case NoCredentialsError() | PartialCredentialsError():
            return f"There are no credentials for AWS. {_LOGIN}"
        case ProfileNotFound() | SSOError() | TokenRetrievalError():
            return f"{cause}. {_LOGIN}"
        case ClientError():
            return _refusal(cause)
        case OSError():
            return f"{cause.filename or 'The file'}: {cause.strerror or cause}. Name a file that can be read."
    return str(error)


def _refusal(error: ClientError) -> str:
    told = error.response["Error"]
    code = told.get("Code", "")
    what_to_do = next((words for part, words in _REFUSALS.items() if part in code), "Try again in a minute.")
    return f"AWS refused {error.operation_name}: {code}, {told.get('Message', '')}. {what_to_do}"
