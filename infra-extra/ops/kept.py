"""The packages that a stage ran, kept in the state bucket: the newest few, each as Chalice deploys it.

The newest is the one that runs. A rollback deploys the one before it and forgets the newest, so another
rollback goes further back, and a package that was rolled back never returns. (The bucket keeps forgotten
packages as old versions for 90 days.)
"""

import base64
import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops import package
from ops.deployment import Deployment, Faults

MOST = 5
"""How many are kept: some 20 MB each."""

MOMENT = "%Y%m%dT%H%M%S%fZ"
ARCHIVE = re.compile(r"\.chalice/deployments/[^/]+\.zip")
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
READS = re.compile(r"^READS = (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Kept:
    """A package in the bucket: its code's version, the newest rows it can read, and the Python it is for.

    `code` is the digest of what Lambda runs, `whole` of everything, including settings and policies.
    """

    key: str
    version: str
    reads: int
    python: str
    code: str
    whole: str

    def __str__(self) -> str:
        at = datetime.strptime(self.key.rpartition("/")[2].partition("-")[0], MOMENT).replace(tzinfo=UTC)
        return f"{self.version}, deployed {at:%Y-%m-%d %H:%M} UTC"


def keep(stage: Deployment, now: datetime) -> None:
    """Keep what has just been deployed, unless it is unchanged, and the newest few of the others."""
    files = dict(_files(package.folder(stage)))
    before = packages(stage)
    whole = _digest(files)
    if before and before[0].whole == whole:
        return
    told = {
        "version": _version(files),
        "reads": _stated(files, "chalicelib/store/schema.py", READS) or "1",
        "python": stage.file.python,
        "code": _code(files),
        "whole": whole,
    }
    key = f"{_prefix(stage)}{now.strftime(MOMENT)}-{whole[:12]}.zip"
    stage.s3.put_object(Bucket=stage.bucket, Key=key, Body=_zipped(files), Metadata=told)
    for old in before[MOST - 1 :]:
        forget(stage, old)


def packages(stage: Deployment) -> list[Kept]:
    """List a stage's packages, the newest first."""
    pages = stage.s3.get_paginator("list_objects_v2").paginate(Bucket=stage.bucket, Prefix=_prefix(stage))
    keys = sorted((each["Key"] for page in pages for each in page.get("Contents", [])), reverse=True)
    return [_described(stage, key) for key in keys]


def restore(stage: Deployment, kept: Kept) -> None:
    """Restore the project of a package, with the archive that Chalice uploads."""
    body = stage.s3.get_object(Bucket=stage.bucket, Key=kept.key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as files:
        contents = {name: files.read(name) for name in files.namelist()}
    if _digest(contents) != kept.whole:
        raise Faults(
            "Nothing was deployed:", [f"s3://{stage.bucket}/{kept.key} has changed since it was kept"]
        )
    project = package.folder(stage)
    shutil.rmtree(project.parent, ignore_errors=True)
    for name, content in contents.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)
    stage.memory.parent.mkdir(exist_ok=True)
    (project / ".chalice" / "deployed").symlink_to(stage.memory.parent)


def forget(stage: Deployment, kept: Kept) -> None:
    """Delete a package."""
    stage.s3.delete_object(Bucket=stage.bucket, Key=kept.key)


def _prefix(stage: Deployment) -> str:
    return f"packages/{stage.name}/"


def _described(stage: Deployment, key: str) -> Kept:
    told: dict[str, Any] = stage.s3.head_object(Bucket=stage.bucket, Key=key)["Metadata"]
    return Kept(key, **told | {"reads": int(told["reads"])})


def _files(project: Path) -> Iterator[tuple[str, bytes]]:
    """Return all files of a project except Chalice's record, which is only a link."""
    for file in sorted(project.rglob("*")):
        name = file.relative_to(project)
        if file.is_file() and name.parts[:2] != (".chalice", "deployed"):
            yield str(name), file.read_bytes()


def _version(files: dict[str, bytes]) -> str:
    """Return the version that the code itself states: it may be a release's, and not the checkout's."""
    number, commit = _stated(files, "chalicelib/__init__.py", VERSION), files.get("chalicelib/commit.txt")
    return f"{number}+{commit.decode()}" if commit else number


def _stated(files: dict[str, bytes], name: str, stated: re.Pattern[str]) -> str:
    found = stated.search(files.get(name, b"").decode())
    return found[1] if found else ""


def _code(files: dict[str, bytes]) -> str:
    """Return the digest of what Chalice uploads, as Lambda computes it."""
    (archive,) = (content for name, content in files.items() if ARCHIVE.fullmatch(name))
    return base64.b64encode(hashlib.sha256(archive).digest()).decode()


def _digest(files: dict[str, bytes]) -> str:
    digests = (f"{hashlib.sha256(files[name]).hexdigest()} {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _zipped(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()
