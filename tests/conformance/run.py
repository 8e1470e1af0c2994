#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The conformance suite in all its modes: the same cases against the kernel's sockets and against the
library's two faces over each link. Prints what differs and a table; exits 1 if something differs that
docs/differences.md has no row for, or no longer differs although it has one.
"""
import argparse
import collections
import contextlib
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import harness  # noqa: E402

PROGRAMS = harness.BUILD / "tests"
MODEM_APIS = ("zsock", "nrf")
# The firmware behind a link's name, for the emulator.
DIALECTS = {"slm": "slm-3.1", "sm-2": "sm-2", "slm-2.4": "slm-2.4", "slm-2.9": "slm-2.9", "sm-1": "sm-1"}
USUAL = ("kernel", "slm", "sm-2")
SUITE_SECONDS = 500
# What a program says that has none of the wanted cases.
NONE_CHOSEN = 3


def rows(name, columns):
    """A table of words, the last column to the end of its line."""
    for at, line in enumerate((HERE / name).read_text().split("\n"), 1):
        line = line.split("#")[0].strip()
        if line:
            row = line.split(None, columns - 1)
            if len(row) != columns:
                raise SystemExit(f"{name}:{at}: {columns} columns expected")
            yield row


def is_in(mode, pattern):
    """Whether LINK/API is meant."""
    link, api = mode.split("/")
    wanted_link, wanted_api = pattern.split("/")
    return means(wanted_link, link) and wanted_api in (api, "*")


def means(words, link):
    """`modem` is every firmware, a comma an or."""
    return any(word in (link, "*") or (word == "modem" and link in DIALECTS) for word in words.split(","))


def lacking(link):
    """{word: why} of links.txt."""
    return {word: why for where, word, why in rows("links.txt", 3)
            if means(where, link)}


def documented_rows():
    return set(re.findall(r"^\| ([a-z0-9-]+) \|", (HERE.parents[1] / "docs" / "differences.md").read_text(), re.M))


def named_by_cases():
    """The rows by which cases expect another answer of one family than of another."""
    for source in sorted((HERE / "cases").glob("*.cpp")):
        for row in re.findall(r'\b(?:by_family|in)\(\s*"([a-z0-9-]+)"', source.read_text()):
            yield source.name, row


class Known:
    """differences.txt: what may fail where."""

    def __init__(self):
        self.rows = list(rows("differences.txt", 3))
        used = [(f"differences.txt, {row[0]}", row[2]) for row in self.rows] + list(named_by_cases())
        ids = documented_rows()
        for where, row in used:
            if row not in ids:
                raise SystemExit(f"docs/differences.md has no row {row} ({where})")

    def row_of(self, case, mode):
        for name, where, row in self.rows:
            if fnmatch.fnmatch(case, name) and is_in(mode, where):
                return row
        return None


class HostWorld(harness.World):
    """A daemon over this computer's own network: no emulator."""

    def __init__(self):
        super().__init__(start=False)
        self.start_daemon()
        self.wait_ready()

    def uri(self, modem=0):
        return "host:"


@contextlib.contextmanager
def world_of(link):
    if link == "host":
        made = HostWorld()
    else:
        made = harness.World(dialect=DIALECTS[link], emulator=("--dns", "localhost=127.0.0.1"))
    try:
        yield made
    finally:
        made.close()


def run_cases(api, link, only, env):
    words = [str(PROGRAMS / f"conformance_{api}"), "--json"]
    for one in only:
        words += ["--only", one]
    for word in lacking(link):
        words += ["--cannot", word]
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, timeout=SUITE_SECONDS, check=False)
    results = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    if not results and done.returncode != NONE_CHOSEN:
        raise SystemExit(f"conformance_{api}: exit {done.returncode}, no case was run")
    return results


def modes(links, only):
    """Yields (mode, link, results), with whatever the mode needs running meanwhile."""
    for link in links:
        if link == "kernel":
            yield "kernel/posix", link, run_cases("posix", link, only, dict(os.environ))
            continue
        with world_of(link) as world:
            for api in MODEM_APIS:
                results = run_cases(api, link, only, world.env)
                if any(one["result"] == "FAIL" for one in results) and os.environ.get("CONFORMANCE_LOGS"):
                    print(world.logs())
                yield f"{link}/{api}", link, results


class Judge:
    def __init__(self):
        self.known = Known()
        self.bad = 0
        self.counts = collections.defaultdict(collections.Counter)
        self.skips = collections.Counter()
        self.differences = collections.Counter()

    def take(self, mode, link, results):
        for one in results:
            row = self.known.row_of(one["case"], mode)
            result = one["result"]
            cell = self.counts[one["group"], mode]
            if result == "skip":
                self.skips[link, one["why"]] += 1
                cell["skipped"] += 1
            elif result == "FAIL" and row:
                self.differences[row, mode] += 1
                cell["differs"] += 1
            elif result == "FAIL":
                self.say(mode, one, one["why"])
                cell["failed"] += 1
            elif row:
                self.say(mode, one, f"passes, although differences.txt has it as {row}")
                cell["failed"] += 1
            else:
                cell["passed"] += 1

    def say(self, mode, one, what):
        self.bad += 1
        print(f"{mode}: {one['case']} ({one['rule']}): {what}", flush=True)

    def table(self):
        names = list(dict.fromkeys(mode for _, mode in self.counts))
        groups = list(dict.fromkeys(group for group, _ in self.counts))
        kinds = ("passed", "failed", "differs", "skipped")
        print("\npassed/failed/documented difference/skipped")
        print(f"{'':10}" + "".join(f"{name:>16}" for name in names))
        for group in [*groups, "all"]:
            line = f"{group:10}"
            for name in names:
                cells = [self.counts[one, name] for one in (groups if group == "all" else [group])]
                line += f"{'/'.join(str(sum(cell[kind] for cell in cells)) for kind in kinds):>16}"
            print(line)
        for (link, word), count in sorted(self.skips.items()):
            print(f"skipped, {link}: {count} cases need {word}: {lacking(link)[word]}")
        for (row, mode), count in sorted(self.differences.items()):
            print(f"differs, {mode}: {count} cases, docs/differences.md {row}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--link", action="append", choices=["kernel", "host", *DIALECTS],
                        help="default: the kernel and a firmware of each family")
    parser.add_argument("--only", action="append", default=[], metavar="GROUP|GROUP.CASE")
    wanted = parser.parse_args()
    judge = Judge()
    for mode, link, results in modes(wanted.link or USUAL, wanted.only):
        judge.take(mode, link, results)
    if not judge.counts:
        parser.error("no case of that name")
    judge.table()
    return 1 if judge.bad else 0


if __name__ == "__main__":
    sys.exit(main())
