"""Lambda's runtime: a process that loads `app` by name and runs one of its functions, within a time limit.

A thread cannot be killed, so every function has processes of its own.
"""

import contextlib
import importlib
import multiprocessing
import os
import signal
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.local.aws import ACCOUNT
from tests.local.own_time import OwnTime, work
from tests.local.patience import StuckError, wait_until

Event = dict[str, Any]
SHORTEST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.05, 1.0


class FunctionError(Exception):
    """The function raised, died, overran its time limit or could not be loaded."""


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context object that functions and Powertools read."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    deadline: float
    memory_limit_in_mb: int = 128

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


@dataclass(frozen=True)
class Function:
    """One Lambda function: an attribute of `app`, and its name on AWS."""

    attribute: str
    prefix: str
    region: str
    time_limit: float

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.attribute}"

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.name}"

    def context(self, request_id: str) -> Context:
        return Context(self.name, self.arn, request_id, time.monotonic() + self.time_limit)


def serve(function: Function, connection: Connection) -> None:
    """Run in a worker process: answer None to an invocation that returned, else what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ |= {"AWS_LAMBDA_FUNCTION_NAME": function.name, "_HANDLER": f"app.{function.attribute}"}
    try:
        handler = getattr(importlib.import_module("app"), function.attribute)
    except Exception:  # noqa: BLE001 - whatever it is, the function cannot be loaded
        connection.send(f"app.{function.attribute} cannot be loaded:\n{traceback.format_exc()}")
        return
    connection.send(None)
    with contextlib.suppress(EOFError):
        while True:
            event, request_id = connection.recv()
            connection.send(_outcome(handler, event, function.context(request_id)))


def _outcome(handler: Callable[[Event, Context], object], event: Event, context: Context) -> str | None:
    try:
        handler(event, context)
    except Exception:  # noqa: BLE001 - whatever it is, Lambda fails the invocation with it
        return traceback.format_exc()
    return None


class Worker:
    """A process that runs one function, one invocation at a time; replaced when it overruns or dies."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self._process: multiprocessing.process.BaseProcess | None = None

    def start(self) -> None:
        """Start the process and wait until it has imported `app`."""
        spawn = multiprocessing.get_context("spawn")
        self._connection, theirs = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(self.function, theirs), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._await_loading(self._process.pid or 0)
            self._take_answer()
        except FunctionError:
            self.kill()
            raise

    def invoke(self, event: Event) -> None:
        if self._process is None:
            self.start()
        # If the process has died meanwhile, no answer comes.
        with contextlib.suppress(ConnectionError):
            self._connection.send((event, str(uuid.uuid4())))
        self._await_answer(self.function.time_limit)

    def _await_loading(self, pid: int) -> None:
        """Wait while the process works: how long it takes to load depends on the machine."""
        try:
            wait_until(self._connection.poll, f"{self.function.name} to load", lambda: work(pid))
        except StuckError as error:
            raise FunctionError(str(error)) from error

    def _await_answer(self, limit: float) -> None:
        """Wait while the function has time: on Lambda it need not share its processor."""
        own, left = OwnTime(), limit
        while not self._connection.poll(min(max(left, SHORTEST_POLL_SECONDS), LONGEST_POLL_SECONDS)):
            left -= own.passed()
            if left <= 0:
                self.kill()
                raise FunctionError(f"{self.function.name} was abandoned after {limit:g} s")
        self._take_answer()

    def _take_answer(self) -> None:
        try:
            failure = self._connection.recv()
        except (EOFError, ConnectionError) as error:
            self.kill()
            raise FunctionError(f"the process of {self.function.name} died") from error
        if failure:
            raise FunctionError(failure)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.join()
