"""`python -m ops.setup`, whose requests to the API reach the functions by the test's relay."""

import os
from datetime import timedelta
from typing import Any

import httpx

from ops import trial
from ops.setup.__main__ import main

POST = httpx.post


def relayed(url: str, **options: Any) -> httpx.Response:
    """Post to the relay what is for the API, which the stand-in for AWS does not serve."""
    path = url.partition("/api/")[2]
    return POST(f"{os.environ['API_RELAY']}/{path}", **{**options, "timeout": 300})


if __name__ == "__main__":
    vars(trial)["PATIENCE"] = timedelta(minutes=10)
    vars(httpx)["post"] = relayed
    main()
