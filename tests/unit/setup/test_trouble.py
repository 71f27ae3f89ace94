"""What prevents a setup is reported with what to do, before anybody answers questions in vain."""

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from ops.deployment import Faults
from ops.setup.__main__ import Terminal, main, run
from ops.setup.step import Setup, Wanted


def denied(*_: object) -> None:
    told = "not authorized to perform: iam:CreateRole"
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": told}}, "CreateRole")


def test_whoever_is_not_signed_in_learns_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise NoCredentialsError

    monkeypatch.setattr(boto3, "client", nobody)
    monkeypatch.setattr("ops.checks.tools", list)
    setup = Setup("dev", Terminal(yes=False), Wanted(region="eu-central-1"), tmp_path)
    with pytest.raises(Faults, match="AWS did not accept your credentials") as refused:
        run(setup)
    assert "`aws sso login`, or set AWS_PROFILE" in str(refused.value)


def test_what_is_missing_on_the_machine_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ops.checks.tools", lambda: ["terraform is not on the PATH"])
    with pytest.raises(Faults, match="terraform is not on the PATH"):
        run(Setup("dev", Terminal(yes=False), root=tmp_path))


def test_whoever_is_no_administrator_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.setup.__main__.run", denied)
    with pytest.raises(SystemExit) as left:
        main(["dev"])
    told = str(left.value)
    assert "iam:CreateRole" in told
    assert "use an administrator's credentials (`aws sts get-caller-identity` shows yours)" in told
    assert told.endswith("what is already done is left as it is.")
