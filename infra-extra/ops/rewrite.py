"""The files that describe a stage: its file from the earlier ones, and Chalice's from that file."""

from pathlib import Path

from chalicelib.wiring import checkout
from ops import asking, chalice_stage, earlier
from ops.deployment import Deployment


def all_files(name: str, root: Path = checkout.PROJECT) -> None:
    """Say what will be written and deleted, and do it if a person agrees; raises Faults."""
    before = earlier.files(name, root)
    stage, text = earlier.convert(name, root) if before else (Deployment.read(name, root), "")
    if text:
        print(f"{stage.described} will be:\n\n{text}")
    for file in before:
        print(f"{file.relative_to(root)} will be deleted: the file above replaces it.")
    for line in chalice_stage.differences(stage):
        print(line)
    asking.require(f"Update the stage {name} in .chalice from {stage.described}?")
    if text:
        (root / stage.described).write_text(text, encoding="utf-8")
    for file in before:
        file.unlink()
    chalice_stage.write(stage, root / ".chalice")
