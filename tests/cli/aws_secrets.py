"""As much of `aws secretsmanager` as a command of ours uses; the first argument is the address."""

import argparse
import sys
from pathlib import Path

import boto3


def main(address: str, *words: str) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("service", choices=["secretsmanager"])
    parser.add_argument("verb", choices=["get-secret-value", "put-secret-value"])
    for option in ("region", "secret-id", "query", "output", "secret-string"):
        parser.add_argument(f"--{option}")
    asked = parser.parse_args(words)
    client = boto3.client(
        "secretsmanager",
        region_name=asked.region,
        endpoint_url=address,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    if asked.verb == "get-secret-value":
        assert (asked.query, asked.output) == ("SecretString", "text")
        sys.stdout.write(client.get_secret_value(SecretId=asked.secret_id)["SecretString"] + "\n")
    else:
        told = Path(asked.secret_string.removeprefix("file://")).read_text(encoding="utf-8")
        client.put_secret_value(SecretId=asked.secret_id, SecretString=told)


if __name__ == "__main__":
    main(*sys.argv[1:])
