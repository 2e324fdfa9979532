"""slo-generator's side of (a): its own compute(), in a process that has everything imported. Prints seconds and values as JSON.

python theirs.py FOLDER REPEATS      (with the Python in which slo-generator is installed)
"""

import contextlib
import glob
import io
import json
import logging
import resource
import sys
import time
import warnings

warnings.simplefilter("ignore")
from slo_generator.compute import compute  # noqa: E402
from slo_generator.utils import load_config  # noqa: E402


def main() -> None:
    """Load the configuration once; then compute every SLO, several times over."""
    folder, repeats = sys.argv[1], int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    config = load_config(f"{folder}/config.yaml")
    slos = [load_config(path) for path in sorted(glob.glob(f"{folder}/slos/*.yaml"))]
    seconds, values = [], {}
    for _ in range(repeats):
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            reports = [report for slo in slos for report in compute(slo, config, do_export=False)]
        seconds.append(time.perf_counter() - began)
        values = {
            f"errors_{r['error_budget_policy_step_name']}_{r['metadata']['name']}": 1 - r["sli_measurement"] for r in reports
        }
    print(json.dumps({"seconds": seconds, "values": values, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


main()
