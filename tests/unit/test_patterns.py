"""Foreign text takes no more than linear time: every pattern of the product, judged by its structure."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

import pytest

import chalicelib
from tests.patterns import faults, unreliable

AT_ONE_PLACE = {"match", "fullmatch"}
LINEAR_ALL_THE_SAME = {
    "chalicelib.adapters.grafana_values._VALUE": "reads at most MOST_TO_SEARCH characters",
    "chalicelib.render.markdown._ADDRESS": "its last part reads anything, so it ends once a host is found",
    "chalicelib.render.markdown._BETWEEN": "it ends at any line break of a run, so that no run is read twice",
}
"""Patterns that are linear for a reason that their structure does not show."""


@cache
def patterns() -> dict[str, tuple[re.Pattern[str], bool]]:
    """Every pattern by its name, and whether it is tried at each position of a text."""
    found: dict[str, tuple[re.Pattern[str], bool]] = {}
    for info in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        there = [(name, each) for name, value in vars(module).items() for each in within(name, value)]
        uses = used(inspect.getsource(module)) if there else {}
        for name, (key, pattern) in there:
            found[f"{info.name}.{key}"] = pattern, not uses.get(name, {"?"}) <= AT_ONE_PLACE
    return found


def within(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Find the patterns that a module's name stands for: one, or those of a table."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield name, value
    elif isinstance(value, dict):
        yield from within(name, tuple(value.items()))
    elif isinstance(value, tuple | list):
        for index, each in enumerate(value):
            yield from within(f"{name}[{index}]", each)


def used(source: str) -> dict[str, set[str]]:
    """By which methods a module uses each of its names."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


@pytest.mark.parametrize("name", sorted(patterns().keys() - LINEAR_ALL_THE_SAME.keys()))
def test_a_pattern_ends_in_linear_time(name: str) -> None:
    pattern, searched = patterns()[name]
    assert faults(pattern, searched=searched) == []


def test_a_pattern_reads_the_same_on_every_python() -> None:
    found = {name: unreliable(pattern) for name, (pattern, _) in patterns().items()}
    assert {name: why for name, why in found.items() if why} == {}


def test_each_exception_is_still_one() -> None:
    assert all(faults(_of(name), searched=True) for name in LINEAR_ALL_THE_SAME)


def _of(name: str) -> re.Pattern[str]:
    return patterns()[name][0]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:a+)+b",
        r"\s*/(\w+)(?:[ \t]+([^\r\n]{1,100}?))?[ \t]*$",
        r"a+a+b",
        r"<[^>]*>",
        r"(?=.*[a-z])(?=.*[0-9])",
        r"x.*y",
        r"(?<=a)[ab]+c",
    ],
)
def test_a_pattern_that_takes_longer_is_seen(pattern: str) -> None:
    assert faults(re.compile(pattern), searched=True)


@pytest.mark.parametrize(
    "pattern",
    [r"a+b", r"<[^<>]*>", r"(?<![\w-])[\w-]+x", r"a++a+", r"a{1,20}a{1,20}b", r"^x [^\n]*y", r"[a-z]+"],
)
def test_a_linear_pattern_passes(pattern: str) -> None:
    searched = pattern != r"a+b"
    assert not faults(re.compile(pattern), searched=searched)
