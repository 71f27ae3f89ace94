"""Chalice's command line for the Python that a stage runs on, as `python -m ops.pinned 3.13 ...`.

Chalice itself has no setting for that: it takes the Python that runs it, for the functions' runtime and for
the wheels that it chooses (`chalice.config.Config.lambda_python_version`).
"""

import sys
import warnings
from unittest.mock import patch

from chalice.cli import main
from chalice.config import Config

if __name__ == "__main__":
    runtime = f"python{sys.argv.pop(1)}"
    warnings.filterwarnings("ignore", message="You are currently running python")
    with patch.object(Config, "lambda_python_version", runtime):
        sys.exit(main())
