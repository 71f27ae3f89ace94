"""What any collector of this kind imports and makes, in a fresh interpreter.

Pydantic puts most of its loading off until it is used: one model is what it takes to have it imported.
"""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import time

import boto3
import chalice  # noqa: F401 - its loading is what is measured
import httpx
import jwt  # noqa: F401 - the same
from aws_lambda_powertools import Logger, Metrics
from pydantic import BaseModel


class Model(BaseModel):
    """A model of one field."""

    name: str


logger, metrics = Logger(service="yardstick"), Metrics(namespace="Yardstick", service="yardstick")
clients = [boto3.client(name) for name in ("sqs", "dynamodb", "secretsmanager")]
http = httpx.Client(base_url="https://api.github.com")
print(f"\n{time.process_time()}")
