# SPDX-License-Identifier: Apache-2.0
"""What release assistance saves on the day of tests/bench/power, in the emulated modem's time."""
import functools
import json
import subprocess

import harness


@functools.cache
def day():
    done = subprocess.run([harness.BUILD / "tests" / "bench_power"], capture_output=True, text=True, timeout=1800, check=True)
    return json.loads(next(line for line in done.stdout.split("\n") if line.startswith("{")))


def rows():
    """name -> (measure, unit, target, whether more is better)"""
    return {
        "power.tail_removed.explicit": (lambda: day()["tail_removed.explicit"], "of off", None, True),
        "power.tail_removed.auto": (lambda: day()["tail_removed.auto"], "of off", 0.60, True),
        "power.replies_lost.auto": (lambda: day()["replies_lost.auto"], "replies", 0, False),
        "power.replies_late.auto": (lambda: day()["replies_late.auto"], "replies", 0, False),
        # In a cell that heeds no hint.
        "power.replies_lost.auto_deaf_cell": (lambda: day()["replies_lost.auto_deaf_cell"], "replies", 0, False),
        "power.replies_late.auto_deaf_cell": (lambda: day()["replies_late.auto_deaf_cell"], "replies", 0, False),
        "power.tail_removed.auto_deaf_cell": (lambda: day()["tail_removed.auto_deaf_cell"], "of off", None, True),
    }
