"""Version 6 of Terraform's AWS provider knows every attribute and block that infra-extra sets.

The deployment's tests run on version 5. What version 6 knows is read from the bindings of CDK for Terraform,
which are generated from the schema of the provider.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest

ROOT = Path(__file__).parents[2]
BINDINGS = ROOT / "build/provider-6/package/lib"
TERRAFORMS_OWN = {"count", "for_each", "depends_on", "lifecycle", "provider", "provisioner"}

pytestmark = pytest.mark.skipif(not BINDINGS.is_dir(), reason="npm has not brought the provider's bindings")


def used() -> Iterator[tuple[str, str]]:
    """Find each resource type and what is set in it, in nested blocks too."""
    for file in sorted((ROOT / "infra-extra").rglob("*.tf")):
        if ".terraform" in file.parts:
            continue
        with file.open(encoding="utf-8") as opened:
            for resource in hcl2.load(opened).get("resource", []):
                for kind, named in resource.items():
                    for body in named.values():
                        for name in _names(body):
                            yield kind.strip('"'), name


def _names(block: Mapping[str, Any]) -> Iterator[str]:
    for name, value in block.items():
        if name.startswith("__") or name in TERRAFORMS_OWN:
            continue
        if name == "dynamic":
            for dynamic in value:
                for of, inner in dynamic.items():
                    yield of.strip('"')
                    yield from _names(inner["content"][0])
            continue
        yield name
        for each in value if isinstance(value, list) else []:
            if isinstance(each, dict) and each.get("__is_block__"):
                yield from _names(each)


@cache
def known(kind: str) -> frozenset[str]:
    """Read what version 6 takes in a resource, in any of its blocks."""
    folder = BINDINGS / kind.removeprefix("aws_").replace("_", "-")
    written = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    return frozenset(re.findall(r"^ +(\w+): .*ToTerraform", written, re.MULTILINE))


@pytest.mark.parametrize(("kind", "name"), sorted(set(used())))
def test_it_knows(kind: str, name: str) -> None:
    assert name in known(kind)
