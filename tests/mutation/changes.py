"""Makes the changes, or shows what some of them make of their lines; needs mutmut.

`python -m tests.mutation.changes [name ...]` in the folder of the code makes the changed code in `mutants`.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutmut.__main__ import create_mutants
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir


def made() -> None:
    """Make all changes; each file of code has them in a file `.meta` then, by name."""
    Path("mutants").mkdir()
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(os.cpu_count() or 1)


def shown(names: Sequence[str]) -> Mapping[str, str]:
    """Read what each change makes of the lines that it is in."""
    return {name: _added(get_diff_for_mutant(name).splitlines()) for name in names}


def _added(lines: Sequence[str]) -> str:
    added = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(line for line in added if not line.startswith("def "))


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(shown(sys.argv[1:])))
    else:
        made()
