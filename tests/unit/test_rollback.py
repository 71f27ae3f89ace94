"""Going back: to which package, from which state, and what keeps a stage from it."""

import base64
import builtins
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.store import schema
from chalicelib.store.rows import DynamoStore
from chalicelib.wiring.checkout import PROJECT
from ops import functions, kept, package, rollback
from ops.deployment import Deployment, Faults
from ops.stage_file import StageFile, State
from tests.account import create_table, empty_account
from tests.unit.builders import firing, row_of

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
REGION, BUCKET = "us-west-2", "state-of-the-stage"


class Lambda:
    """The functions, as far as it matters which package they run and which settings they have."""

    def __init__(self, stage: Deployment, patch: pytest.MonkeyPatch) -> None:
        self.stage, self.now, self.settings, self.python = stage, NOW, "", ""
        self.digest: str | None = None
        self.left: str | None = None
        """What one function still runs, where a deployment was stopped midway."""
        self.reads: int | None = schema.READS
        patch.setattr(functions, "digests", lambda _: {self.digest, self.left} - {None})
        patch.setattr(functions, "redeploy", lambda _, python: self.upload(python))

    def upload(self, python: str) -> None:
        """What Chalice does with the project in its place."""
        self.python = python
        project = package.folder(self.stage)
        (archive,) = (project / ".chalice" / "deployments").glob("*.zip")
        self.digest = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
        self.settings = (project / ".chalice" / "config.json").read_text(encoding="utf-8")
        assert (project / ".chalice" / "deployed").resolve() == self.stage.memory.parent

    def deploy(self, code: str, settings: str = "{}", *, keep: bool = True, python: str = "3.13") -> None:
        """What `make deploy-STAGE` does."""
        self.now += timedelta(minutes=1)
        project = package.folder(self.stage)
        for name in ("__init__.py", "store/schema.py"):
            (project / "chalicelib" / "store").mkdir(parents=True, exist_ok=True)
            text = (PROJECT / "chalicelib" / name).read_text(encoding="utf-8")
            reads = f"READS = {self.reads}" if self.reads else ""
            (project / "chalicelib" / name).write_text(
                re.sub("^READS = .*$", reads, text, flags=re.MULTILINE), encoding="utf-8"
            )
        chalice = project / ".chalice"
        (chalice / "deployments").mkdir(parents=True, exist_ok=True)
        (chalice / "deployments" / "hash-python3.zip").write_text(code, encoding="utf-8")
        (chalice / "config.json").write_text(settings, encoding="utf-8")
        (chalice / "deployed").unlink(missing_ok=True)
        self.stage.memory.parent.mkdir(parents=True, exist_ok=True)
        self.stage.memory.write_text("what Chalice remembers now", encoding="utf-8")
        (chalice / "deployed").symlink_to(self.stage.memory.parent)
        self.upload(python)
        if keep:
            kept.keep(
                replace(self.stage, file=self.stage.file.model_copy(update={"python": python})), self.now
            )

    @property
    def code(self) -> str:
        """What runs."""
        (archive,) = (package.folder(self.stage) / ".chalice" / "deployments").glob("*.zip")
        text = archive.read_text(encoding="utf-8")
        assert self.digest == base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return text


@pytest.fixture(params=["dev"])
def stage(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Deployment]:
    """A stage with its bucket and an empty table."""
    with empty_account(monkeypatch):
        stage = Deployment.of(request.param, StageFile(region=REGION, state=State(bucket=BUCKET)), tmp_path)
        stage.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        create_table(stage.client("dynamodb"), stage.table)
        yield stage


@pytest.fixture
def running(stage: Deployment, monkeypatch: pytest.MonkeyPatch) -> Lambda:
    return Lambda(stage, monkeypatch)


def refused(stage: Deployment) -> str:
    with pytest.raises(Faults) as raised:
        rollback.run(stage)
    (fault,) = raised.value.faults
    return fault


def test_what_ran_before_runs_again_with_the_settings_that_it_had(
    stage: Deployment, running: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    running.deploy("first", '{"of": "the first"}')
    running.deploy("second", '{"of": "the second"}')
    rollback.run(stage)
    assert (running.code, running.settings) == ("first", '{"of": "the first"}')
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" 0.")[0] for line in told] == [
        "alerting-dev runs",
        "It will return to",
        "alerting-dev now runs",
    ]
    assert told[0].endswith("deployed 2026-03-01 03:02 UTC.")
    assert told[1].endswith("deployed 2026-03-01 03:01 UTC.")


def test_chalices_memory_is_not_taken_back(stage: Deployment, running: Lambda) -> None:
    running.deploy("first")
    running.deploy("second")
    rollback.run(stage)
    assert stage.memory.read_text(encoding="utf-8") == "what Chalice remembers now"


def test_going_back_again_goes_further_back_until_nothing_is_older(
    stage: Deployment, running: Lambda
) -> None:
    for code in ("first", "second", "third"):
        running.deploy(code)
    rollback.run(stage)
    assert running.code == "second"
    rollback.run(stage)
    assert running.code == "first"
    assert refused(stage) == "no older package is kept"
    assert running.code == "first"


def test_what_was_taken_back_is_never_gone_back_to(stage: Deployment, running: Lambda) -> None:
    running.deploy("good")
    running.deploy("bad")
    rollback.run(stage)
    running.deploy("fixed")
    rollback.run(stage)
    assert running.code == "good"


def test_the_same_package_again_is_not_one_more(stage: Deployment, running: Lambda) -> None:
    running.deploy("first")
    running.deploy("second")
    running.deploy("second")
    rollback.run(stage)
    assert running.code == "first"


def test_other_settings_are_gone_back_from_too(stage: Deployment, running: Lambda) -> None:
    running.deploy("same", '{"GITHUB_ENABLED": "true"}')
    running.deploy("same", '{"GITHUB_ENABLED": "false"}')
    rollback.run(stage)
    assert running.settings == '{"GITHUB_ENABLED": "true"}'


def test_from_what_was_not_kept_it_goes_back_to_the_newest_that_was(
    stage: Deployment, running: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when Chalice was run by hand; and again after it was stopped before it forgot that."""
    running.deploy("kept")
    running.deploy("by hand", keep=False)
    rollback.run(stage)
    assert running.code == "kept"
    assert "runs a package that was not kept" in capsys.readouterr().out
    assert refused(stage) == "no older package is kept"


def test_one_that_was_stopped_midway_is_finished(
    stage: Deployment, running: Lambda, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether or not all functions were there yet, and it goes no further back."""
    for code in ("first", "second", "third"):
        running.deploy(code)
    third = running.digest

    def stop(_: Deployment, python: str) -> None:
        running.upload(python)
        raise KeyboardInterrupt

    for left in (third, None):
        with monkeypatch.context() as stopped:
            stopped.setattr(functions, "redeploy", stop)
            with pytest.raises(KeyboardInterrupt):
                rollback.run(stage)
        running.left = left
    capsys.readouterr()
    rollback.run(stage)
    assert running.code == "second"
    assert "It will finish returning to " in capsys.readouterr().out
    rollback.run(stage)
    assert running.code == "first"
    assert refused(stage) == "no older package is kept"


def test_from_a_deployment_that_was_stopped_midway_it_goes_back_to_what_ran_before_that(
    stage: Deployment, running: Lambda
) -> None:
    for code in ("first", "second"):
        running.deploy(code)
    running.left = running.digest
    running.deploy("third", keep=False)
    rollback.run(stage)
    assert running.code == "second"
    running.left = None
    rollback.run(stage)
    assert running.code == "first"


def test_the_newest_few_are_kept(stage: Deployment, running: Lambda) -> None:
    for number in range(kept.MOST + 3):
        running.deploy(str(number))
    assert len(kept.packages(stage)) == kept.MOST
    for _ in range(kept.MOST - 1):
        rollback.run(stage)
    assert running.code == "3"


def test_without_a_deployment_there_is_nothing_to_go_back_from(stage: Deployment, running: Lambda) -> None:
    assert refused(stage) == "it is not deployed"


def test_of_a_stage_that_was_destroyed_nothing_is_kept(stage: Deployment, running: Lambda) -> None:
    running.deploy("first")
    functions.delete(stage)
    assert kept.packages(stage) == []


@pytest.mark.parametrize("reads", [1, None], ids=["said", "unsaid"])
@pytest.mark.parametrize(("kind", "goes"), [("condition", True), ("notification", False)])
def test_it_does_not_go_back_to_what_would_misread_the_table(
    stage: Deployment, running: Lambda, kind: str, reads: int | None, *, goes: bool
) -> None:
    """Notifications came with schema 2, and a version before that closes their issues."""
    running.reads = reads
    running.deploy("first")
    running.reads = schema.READS
    running.deploy("second")
    row = row_of(firing(0, kind=kind))
    assert DynamoStore(stage.client("dynamodb"), stage.table).record(row)
    if goes:
        rollback.run(stage)
        assert running.code == "first"
        return
    told = refused(stage)
    assert f"{stage.table} has rows that need a version that reads schema 2 or later (1 in all" in told
    assert f": {row.fingerprint[:12]})" in told
    assert running.code == "second"


def test_it_goes_back_to_the_python_that_the_package_is_for(stage: Deployment, running: Lambda) -> None:
    running.deploy("first", python="3.12")
    running.deploy("second")
    rollback.run(stage)
    assert (running.code, running.python) == ("first", "3.12")


def test_a_package_that_somebody_changed_is_not_deployed(stage: Deployment, running: Lambda) -> None:
    running.deploy("first")
    running.deploy("second")
    newer, older = kept.packages(stage)
    body = stage.s3.get_object(Bucket=BUCKET, Key=newer.key)["Body"].read()
    told: Any = stage.s3.head_object(Bucket=BUCKET, Key=older.key)["Metadata"]
    stage.s3.put_object(Bucket=BUCKET, Key=older.key, Body=body, Metadata=told)
    assert "has changed since it was kept" in refused(stage)
    assert running.code == "second"


@pytest.mark.parametrize("stage", ["prod"], indirect=True)
@pytest.mark.parametrize(("typed", "code"), [("yes", "first"), ("no", "second"), ("", "second")])
def test_in_prod_somebody_has_to_agree(
    stage: Deployment, running: Lambda, monkeypatch: pytest.MonkeyPatch, typed: str, code: str
) -> None:
    running.deploy("first")
    running.deploy("second")
    monkeypatch.delenv("YES", raising=False)
    monkeypatch.setattr(builtins, "input", lambda _: typed)
    if code == "second":
        assert "nobody typed yes" in refused(stage)
    else:
        rollback.run(stage)
    assert running.code == code
