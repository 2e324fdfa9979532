"""slo-generator's side of (a): its own compute(), in a process that has everything imported. Prints seconds and values as JSON.

python theirs.py FOLDER PROMETHEUS_PID      (with the Python in which slo-generator is installed)
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
from cpu import cpu_of  # noqa: E402
from slo_generator.compute import compute  # noqa: E402
from slo_generator.utils import load_config  # noqa: E402


def main() -> None:
    """Load the configuration once; then compute every SLO twice, and measure the second time."""
    folder, server = sys.argv[1], int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    config = load_config(f"{folder}/config.yaml")
    slos = [load_config(path) for path in sorted(glob.glob(f"{folder}/slos/*.yaml"))]
    measured: dict[str, object] = {}
    for _ in range(2):
        began, cpu = time.perf_counter(), time.process_time() + cpu_of(server)
        with contextlib.redirect_stdout(io.StringIO()):
            reports = [report for slo in slos for report in compute(slo, config, do_export=False)]
        measured = {"seconds": time.perf_counter() - began, "cpu": time.process_time() + cpu_of(server) - cpu}
        measured["values"] = {
            f"errors_{r['error_budget_policy_step_name']}_{r['metadata']['name']}": 1 - r["sli_measurement"] for r in reports
        }
    print(json.dumps({**measured, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


main()
