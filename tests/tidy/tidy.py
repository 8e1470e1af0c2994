#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Style that matters is a failing test: include arrows, file caps, banned habits.

Run from anywhere; exits 1 and names file and line for each finding.
"""
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAP_LINES = 600
CAP_COLUMNS = 100

# (folder or file prefix, what of ours it may include). The longest matching prefix counts.
ARROWS = {
    "proto/": ("proto/", "cellsock/v1/"),
    "stack/": ("stack/",),
    "modem_bridge/": ("modem_bridge/", "stack/"),
    "modem_bridge/emulator/": ("modem_bridge/emulator/", "stack/"),
    "modem_bridge/port/": ("modem_bridge/port/", "stack/"),
    "modem_bridge/bridge_actor": ("modem_bridge/", "stack/", "actors/messages.hpp", "actors/interfaces.hpp"),
    "actors/": ("actors/", "stack/"),
    "actors/main.cpp": ("actors/", "stack/", "modem_bridge/"),
    "client_lib/": ("client_lib/", "proto/", "cellsock/", "nrf_"),
    "tests/": ("",),
}
# Only these of actors/ see the wire.
SEES_WIRE = ("gateway", "client_actor", "client_link_calls", "client_radio_calls", "translate", "translate_credentials", "translate_secure", "channel", "control_connection", "datagram_actor", "watcher")
# Headers of others, by prefix of ours; a pure folder sees the standard library only.
PURE = ("stack/", "modem_bridge/at/", "modem_bridge/dialect/", "modem_bridge/emulator/core")
OUTSIDE_PURE = re.compile(r"^(asio|caf/|sys/socket|sys/epoll|poll\.h|unistd|termios|thread|mutex|google/)")
PURE_FILES = re.compile(r"^modem_bridge/(?!bridge_actor|port/|emulator/)[a-z_/]+\.[ch]pp$")

SEES_MBEDTLS = ("stack/tls/", "stack/credentials/", "tests/")
OURS = ("proto/", "stack/", "modem_bridge/", "actors/", "client_lib/", "tests/", "cellsock/", "nrf_")

BANNED = [
    # (pattern, files it applies to, why)
    (re.compile(r"\bcaf::infinite\b"), re.compile(r"^(?!tests/)"), "every request has a deadline"),
    (re.compile(r"->request\(|[^_]\brequest\((?:bridge_|supervisor_|seed_|link_|gateway)"),
     re.compile(r"^actors/(?!ask\.hpp)"), "ask() is the one way to ask"),
    (re.compile(r"\b(atoi|atol|strtok|sprintf|strcpy|strcat)\s*\("), re.compile(r""), "unchecked C function"),
    (re.compile(r"\bstd::regex\b"), re.compile(r""), "regexes over serial bytes go wrong; use the cursor"),
    (re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b"), re.compile(r"^(?!tests/tidy/)"),
     "no sleeping: wait for a condition with a deadline, or use virtual time"),
    (re.compile(r"^\s*sleep \d|;\s*sleep \d|time\.sleep\("), re.compile(r"^(tests/(?!tidy/)|deploy/)"),
     "no sleeping: wait for a condition with a deadline"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), re.compile(r"^(?!tests/tidy/)"), "unfinished: finish it or open an issue"),
    (re.compile(r"\.\./shared|modem-at\.md|socket-apis\.md|client-contract\.md|caf-0\.17\.md|style-anchors"),
     re.compile(r"^(?!tests/tidy/)"), "nothing here refers to pages outside the project"),
    (re.compile(r"/work/"), re.compile(r"^(?!tests/tidy/)"), "a path of one machine"),
    (re.compile(r"\blog::(debug|info|warn|error)\((?!\")"), re.compile(r"^actors/(?!log)"), "a log line starts with its event id"),
    (re.compile(r"\busing namespace std;"), re.compile(r""), "spell std::"),
]


def tracked():
    names = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
                           capture_output=True, text=True, check=False)
    if names.returncode == 0 and names.stdout:
        return names.stdout.split("\n")[:-1]
    return [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")
            if p.is_file() and not str(p.relative_to(ROOT)).startswith(("build", "."))]


def allowed(path):
    best = max((p for p in ARROWS if path.startswith(p)), key=len, default=None)
    return ARROWS.get(best)


def includes(path, lines, report):
    may = allowed(path)
    for at, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if not match:
            continue
        target = match.group(1)
        ours = target.startswith(OURS)
        if ours and may is not None and not target.startswith(may):
            wire = target.startswith(("proto/", "cellsock/v1/"))
            if wire and path.startswith("actors/") and pathlib.Path(path).stem in SEES_WIRE:
                continue
            report(path, at, f'{path.split("/")[0]} may not include "{target}"')
        if (path.startswith(PURE) or PURE_FILES.match(path)) and OUTSIDE_PURE.match(target):
            report(path, at, f"pure code may not include <{target}>")
        if target.startswith(("mbedtls/", "psa/")) and not path.startswith(SEES_MBEDTLS):
            report(path, at, "mbedTLS stays behind stack/tls and stack/credentials")
        if path.startswith("modem_bridge/emulator/") and re.match(
                r"modem_bridge/(at|dialect|engine|port/uart)", target):
            report(path, at, "the emulator and the driver are two independent readings")


def plants(report):
    """The bugs that the conformance suite must see are places in the sources, and those move."""
    table = "tests/conformance/plants.toml"
    for plant in tomllib.loads((ROOT / table).read_text())["plant"]:
        count = (ROOT / plant["file"]).read_text().count(plant["old"])
        if count != 1:
            report(table, 1, f"{plant['name']}: {count} places in {plant['file']} look like it")


def main():
    findings = []

    def report(path, line, what):
        findings.append(f"{path}:{line}: {what}")

    checked = 0
    for path in tracked():
        full = ROOT / path
        if not full.is_file() or path.startswith(("LICENSE", "tests/fuzz/corpus")):
            continue
        suffix = full.suffix
        is_code = suffix in (".cpp", ".hpp", ".h", ".c", ".py", ".proto", ".cmake", ".sh") or (
            path.startswith(("deploy/", ".ci/")) and suffix == "")
        if not is_code and suffix not in (".md", ".txt", ".at", ".in"):
            continue
        try:
            lines = full.read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError:
            report(path, 1, "not UTF-8")
            continue
        checked += 1
        if is_code and not any("SPDX-License-Identifier: Apache-2.0" in l for l in lines[:3]):
            report(path, 1, "the first lines hold no SPDX licence identifier")
        if suffix in (".cpp", ".hpp", ".h", ".c"):
            includes(path, lines, report)
            if len(lines) > CAP_LINES and not path.startswith("tests/"):
                report(path, CAP_LINES, f"{len(lines)} lines; split it (cap {CAP_LINES})")
            for at, line in enumerate(lines, 1):
                if len(line) > CAP_COLUMNS and "http" not in line and 'R"(' not in line:
                    report(path, at, f"{len(line)} columns (cap {CAP_COLUMNS})")
        for pattern, where, why in BANNED:
            if not where.match(path):
                continue
            if suffix == ".md" and why.startswith(("unchecked", "regexes", "no sleeping", "spell")):
                continue
            for at, line in enumerate(lines, 1):
                if pattern.search(line) and "tidy: " not in line:
                    report(path, at, why)
    plants(report)
    for finding in sorted(findings):
        print(finding)
    print(f"tidy: {checked} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
