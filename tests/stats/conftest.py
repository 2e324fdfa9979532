"""The simulations of benchmarks/statistics are the tests' own generator: the fast version runs here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "statistics"))
