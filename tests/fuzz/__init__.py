"""Hostile input at the webhook and the collector: `make fuzz`, and a little of it in `make test`.

Hypothesis draws what a provider might send; each draw is then damaged in several ways, every one an input.
"""

import os
from collections import Counter

RUNS = int(os.environ.get("RUNS", "300"))
"""How many inputs in all."""
EACH = 10
"""Inputs made of one draw."""
SHARE = RUNS // 3 // EACH + 1
"""Draws for each of the three tests."""
SEEN: Counter[str] = Counter()
"""What became of the inputs."""
