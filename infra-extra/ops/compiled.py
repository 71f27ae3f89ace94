"""Compiled code for the package: Lambda's code folder is read-only, so each start would compile it again.

For the collector that is half of its CPU time. To keep the package small, of the libraries only what a start
loads is compiled, and what nobody waits for is not. The rest of our own code is compiled too, since a first
message loads more, such as its source. The compiled files are not checked against their sources (PEP 552),
since times in an archive mean nothing; another version of Python ignores them.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

STARTS = ("app.app", "app.collector")
"""The handlers that somebody waits for."""

OURS = "chalicelib."
IN_ITS_OWN_TIME = ("chalicelib.reconcile.", "chalicelib.lookups.")
"""What reconcile does."""

IN_LAMBDA = "/var/task"

NOBODY = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nobody"}
"""A start makes clients of AWS, which must not look for anybody's credentials here."""

_LOADED = f"""
import sys
import app
for handler in {STARTS}:
    app.entrypoints.load(handler)
print(*sys.modules)
"""


def compiled(project: Path, environment: Mapping[str, str], sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compile what a project's functions load, from the files of an archive by name."""
    started = set(_python(project, environment, "-c", _LOADED).split())
    modules = {name: _module(name) for name in sources if name.endswith(".py")}
    names = sorted(name for name, module in modules.items() if module in started or _waited_for(module))
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(sources[name])
        _compile(Path(folder), environment, names)
        made = Path(folder).rglob("*.pyc")
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in made}


def _waited_for(module: str) -> bool:
    return module.startswith(OURS) and not module.startswith(IN_ITS_OWN_TIME)


def _module(name: str) -> str:
    """Return the name of a file's module."""
    parts = PurePosixPath(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _compile(folder: Path, environment: Mapping[str, str], names: Iterable[str]) -> None:
    """Compile files in a separate interpreter, since whatever else is loaded affects the resulting bytes."""
    kind = ("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
    named = ("-s", str(folder), "-p", IN_LAMBDA, "-i", "-")
    _python(folder, environment, *kind, *named, given="\n".join(names))


def _python(folder: Path, environment: Mapping[str, str], *arguments: str, given: str = "") -> str:
    """Run this Python in a folder, without writing files there; returns what it prints."""
    fixed = {**environment, **NOBODY, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    command, kept = [sys.executable, *arguments], subprocess.PIPE
    return subprocess.run(
        command, cwd=folder, env=fixed, input=given, stdout=kept, text=True, check=True
    ).stdout
