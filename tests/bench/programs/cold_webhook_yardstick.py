"""What any webhook of this kind imports and makes, in a fresh interpreter."""

import sys

sys.path += [sys.argv[1], sys.argv[2]]

import time

import boto3
import chalice  # noqa: F401 - its loading is what is measured
from aws_lambda_powertools import Logger, Metrics

logger, metrics = Logger(service="yardstick"), Metrics(namespace="Yardstick", service="yardstick")
clients = [boto3.client(name) for name in ("sns", "secretsmanager")]
print(f"\n{time.process_time()}")
