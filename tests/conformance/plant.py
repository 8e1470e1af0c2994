#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the suite sees bugs: makes those of plants.toml in a copy of the sources, one at a time, and
wants at least one case of the bug's group to fail. Exits 1 if a bug went unseen.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = ("conformance_zsock", "conformance_nrf", "cellsockd", "cellsock_cli", "nrf91-emulator")


def copy_of_sources(to):
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                           capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\n")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def run(*words, where):
    done = subprocess.run(words, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout[-2000:]}")


def build(where, jobs):
    run("cmake", "--build", "--preset", "release", "--target", *TARGETS, "--", f"-j{jobs}", where=where)


def seen(where, link, groups):
    """The first case that failed, or None."""
    words = [sys.executable, where / "tests" / "conformance" / "run.py", "--link", link]
    for group in groups:
        words += ["--only", group]
    env = dict(os.environ, CELLSOCK_BUILD=str(where / "build" / "release"))
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.split("\n") if line.startswith(link + "/")]
    if not lines:
        raise SystemExit(f"run.py: exit {done.returncode}\n{done.stdout[-2000:]}")
    return lines[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--link", default="sm-2")
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    plants = tomllib.loads((ROOT / "tests" / "conformance" / "plants.toml").read_text())["plant"]
    unseen = 0
    with tempfile.TemporaryDirectory(prefix="cellsock-plant-") as made:
        copy = pathlib.Path(made)
        copy_of_sources(copy)
        run("cmake", "--preset", "release", "-DCELLSOCK_TESTS=ON", where=copy)
        build(copy, wanted.jobs)
        without = seen(copy, wanted.link, sorted({plant["group"] for plant in plants}))
        if without:
            raise SystemExit(f"without any planted bug: {without}")
        for plant in plants:
            file = copy / plant["file"]
            text = file.read_text()
            if text.count(plant["old"]) != 1:
                raise SystemExit(f"{plant['file']}: {text.count(plant['old'])} places look like: {plant['old']}")
            file.write_text(text.replace(plant["old"], plant["new"]))
            build(copy, wanted.jobs)
            case = seen(copy, wanted.link, [plant["group"]])
            file.write_text(text)
            unseen += case is None
            print(f"{'UNSEEN' if case is None else 'seen'}: {plant['name']}{': ' + case if case else ''}", flush=True)
    print(f"{len(plants)} planted, {unseen} unseen")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
