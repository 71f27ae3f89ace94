"""The client: sends a request once, in bounded time, and reports to the budget how it ended."""

from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

import httpx

from chalicelib.errors import OutcomeUnknown, RateLimited, Refused, TooLate, Unavailable
from chalicelib.github import answers, dates, protocol, refusals, transfers
from chalicelib.github.answers import Us
from chalicelib.github.auth import App
from chalicelib.github.installations import Installations
from chalicelib.github.newest import NewestAnswers
from chalicelib.github.protocol import Request, Response
from chalicelib.github.refusals import Doubt

MOST_CALLS = 3


class CallReports(Protocol):
    """Books the turn of each write, and learns how calls ended."""

    def turn(self, owner: str) -> float | None:
        """Book the sending of a write; returns its time (epoch seconds), None if it could not be booked."""

    def answered(self, owner: str, response: Response) -> None:
        """Note that GitHub answered."""

    def limited(self, owner: str, retry_at: datetime | None) -> None:
        """Note that GitHub asked to wait."""

    def failed(self, owner: str) -> None:
        """Note that GitHub did not answer."""


class Clock(Protocol):
    """The time, and a way to wait."""

    def now(self) -> datetime:
        """The time in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class GitHubClient:
    """Sends requests; raises the classified errors of `chalicelib.errors`.

    `timeout` bounds each call; a call that could end after `before` is not sent. Every write, including one
    that is repeated or redirected, waits for its turn just before it is sent.
    """

    def __init__(
        self, http: httpx.Client, app: App, budget: CallReports, clock: Clock, timeout: timedelta
    ) -> None:
        self._http, self._budget, self._clock, self._timeout = http, budget, clock, timeout
        self._ahead, self._newest = timedelta(0), NewestAnswers()
        self._installations = Installations(app, self._send, self._theirs)

    def ready(self, repository: str) -> bool:
        """Say whether there is a token for the repository."""
        return self._installations.ready(repository)

    def us(self, repository: str) -> Us:
        """Say who we are there; this also gets a token, so that the next call needs none."""
        return self._installations.access(repository).us

    def us_now(self, repository: str) -> Us:
        """Look up who we are there now: the App may have been renamed a moment ago."""
        return self._installations.look(repository)

    def send(self, request: Request, before: datetime) -> Response:
        """Send as the installation; send again if the installation, the repository or the issue has moved."""
        token = self._token(request)
        try:
            return self._send(request, token, before)
        except Refused as error:
            renewed = self._installations.renewed(request.repository, error)
            again = request if renewed else self._transferred(request, error, before)
            if again is None:
                raise
        return self._send(again, self._token(again), before)

    def _token(self, request: Request) -> str:
        if request.grant:
            return self._installations.sight(request.repository, request.grant)
        return self._installations.access(request.repository).token

    def _transferred(self, request: Request, refused: Refused, before: datetime) -> Request | None:
        """Send it again to where its issue was transferred, which a token of one repository cannot see.

        None if the App cannot see it anywhere; raises Gone if it was deleted there.
        """
        reading = transfers.reading(request) if refusals.doubt(refused) is Doubt.PLACE else None
        if reading is None:
            return None
        try:
            answer = self._send(reading, self._installations.sight(request.repository), before)
        except Refused as error:
            if refusals.doubt(error) is Doubt.PLACE:
                return None
            self._installations.renewed(request.repository, error)
            raise
        return transfers.followed(request, answers.read_ref(reading, answer))

    def _send(self, request: Request, credential: str, before: datetime | None = None) -> Response:
        """Send once and report to the budget how it ended."""
        request = self._newest.conditional(request, credential)
        try:
            response = self._follow(request, credential, before)
            self._ahead = dates.ahead(response, self._clock.now())
            refusals.check(request, response, self._clock.now())
        except RateLimited as error:
            self._budget.limited(request.owner, error.retry_at)
            raise
        except (Unavailable, OutcomeUnknown):
            self._budget.failed(request.owner)
            raise
        except Refused:
            # A 401's headers count the calls of another limit, that of the IP address.
            self._budget.answered(request.owner, Response(400))
            raise
        self._budget.answered(request.owner, response)
        return self._newest.whole(request, response, credential)

    def _theirs(self) -> datetime:
        """GitHub's time, as its last answer was dated."""
        return self._clock.now() + self._ahead

    def _follow(self, request: Request, credential: str, before: datetime | None) -> Response:
        """Follow a moved issue or repository with the same method and body."""
        address = request.path if request.path.startswith("/") else self._on_github(request, request.path)
        for _ in range(MOST_CALLS):
            if not request.reads:
                self._await_turn(request)
            self._check_time(request, before)
            response = self._call(request, address, credential)
            location = response.headers.get("location")
            if response.status not in protocol.REDIRECTS or not location:
                return response
            address = self._on_github(request, location)
        raise Refused(f"{request.method} {request.path}: redirected too often", status=response.status)

    def _await_turn(self, request: Request) -> None:
        at = self._budget.turn(request.owner)
        if at is None:
            raise TooLate(f"{request.method} {request.path}: not sent, a turn could not be booked")
        self._clock.sleep(max(0.0, at - self._clock.now().timestamp()))

    def _check_time(self, request: Request, before: datetime | None) -> None:
        if before and self._clock.now() + self._timeout > before:
            raise TooLate(f"{request.method} {request.path}: not sent, the lease could end before its answer")

    def _on_github(self, request: Request, address: str) -> str:
        """Take an address from an answer; raises Refused if it would send the credential elsewhere."""
        base = self._http.base_url
        try:
            target = httpx.URL(urljoin(str(base), address))
        except (httpx.InvalidURL, ValueError):
            target = None
        if target is None or (target.scheme, target.netloc) != (base.scheme, base.netloc):
            raise Refused(f"{request.method} {request.path}: sent on to an address that is not GitHub's")
        return str(target)

    def _call(self, request: Request, address: str, credential: str) -> Response:
        headers = {
            "authorization": f"Bearer {credential}",
            "accept": protocol.ACCEPT,
            "user-agent": protocol.USER_AGENT,
            "x-github-api-version": protocol.API_VERSION,
        }
        if request.etag:
            headers["if-none-match"] = request.etag
        try:
            answer = self._http.request(
                request.method,
                address,
                headers=headers,
                json=request.body,
                timeout=self._timeout.total_seconds(),
                follow_redirects=False,
                extensions={"reads": request.reads},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(
                f"{request.method} {request.path}: no connection ({type(error).__name__})"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:  # InvalidURL: from a redirect's `location`
            raise protocol.unanswered(request, type(error).__name__) from error
        return Response(answer.status_code, dict(answer.headers), answer.content, address)
