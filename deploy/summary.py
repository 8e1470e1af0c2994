#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up test results: `summary.py NAME=JUNIT_FILE…`; the last line is `N passed, N failed`.

A doctest executable counts with its test cases, any other test as one.
"""
import re
import sys
import xml.etree.ElementTree as tree

CASES = re.compile(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed")


def count(path):
    passed = failed = 0
    worst = []
    for case in tree.parse(path).getroot().iter("testcase"):
        good = case.get("status") == "run"
        found = CASES.search(case.findtext("system-out") or "")
        if found:
            passed += int(found.group(2))
            bad = int(found.group(3))
        else:
            passed += 1 if good else 0
            bad = 0
        if not good:
            bad = max(bad, 1)  # a crash or a timeout prints no summary
            worst.append(case.get("name"))
        failed += bad
    return passed, failed, worst


def main():
    total_passed = total_failed = 0
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        try:
            passed, failed, worst = count(path)
        except (OSError, tree.ParseError) as problem:
            passed, failed, worst = 0, 1, [f"no results: {problem}"]
        print(f"{name}: {passed} passed, {failed} failed" + "".join(f"\n  FAILED {w}" for w in worst))
        total_passed += passed
        total_failed += failed
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main())
