"""The newest answers: a read names the last known version of an issue, and GitHub says if that is current.

If it is, GitHub answers 304, which does not count towards the primary limit
(docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api). The ETag covers everything
in the answer, so no change is missed, and the token: after an hour at most the token changes, and the issue
is sent in full (github.com/github/docs/issues/34689). Pure.
"""

import re
import zlib
from dataclasses import dataclass, field, replace

from chalicelib.github.protocol import NOT_MODIFIED, Request, Response

MOST = 1000
"""How many issues' newest answers are kept, each some three kilobytes."""

_ONE_ISSUE = re.compile(r"/repos/[^/]+/[^/]+/issues/[0-9]+")


@dataclass(frozen=True, slots=True)
class _Answer:
    etag: str
    reader: str = field(repr=False)
    repository: str
    content: bytes


class NewestAnswers:
    """What GitHub last showed of issues, in answer to a read or a write."""

    def __init__(self) -> None:
        self._about: dict[str, _Answer] = {}

    def conditional(self, request: Request, reader: str) -> Request:
        """Ask for an issue only if it changed since this token read it; return other requests as they are."""
        known = self._about.get(request.path) if request.method == "GET" else None
        return replace(request, etag=known.etag) if known and known.reader == reader else request

    def whole(self, request: Request, response: Response, reader: str) -> Response:
        """Return the full answer to a request that succeeded, and keep it if it shows an issue."""
        if response.status == NOT_MODIFIED:
            return replace(response, status=200, content=zlib.decompress(self._about[request.path].content))
        path, etag = _shown(request, response), response.headers.get("etag")
        if path and etag:
            self._make_room(path, request.repository, reader)
            self._about[path] = _Answer(etag, reader, request.repository, zlib.compress(response.content))
        return response

    def _make_room(self, path: str, repository: str, reader: str) -> None:
        """Forget an issue's earlier answer, answers to an earlier token, and if necessary the oldest."""
        for other, known in list(self._about.items()):
            outlived = known.repository == repository and known.reader != reader
            if other == path or outlived or len(self._about) >= MOST:
                del self._about[other]


def _shown(request: Request, response: Response) -> str | None:
    """Return the path of the issue that an answer shows."""
    if request.method == "POST":
        number = response.headers.get("location", "").rpartition("/")[2]
        path = f"{request.path}/{number}"
    else:
        path = request.path
    return path if request.method != "DELETE" and _ONE_ISSUE.fullmatch(path) else None
