#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the README shows is what works: its program, compiled as it says, against an installed library."""
import os
import re
import shutil
import subprocess
import unittest

import harness
from harness import BUILD, ROOT, Case


@unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
class Readme(Case):
    def test_the_first_program_compiles_and_runs(self):
        text = (ROOT / "README.md").read_text()
        program = re.search(r"```c\n(.*?)```", text, re.S).group(1)
        self.assertIn("NRF_HTONS(7)", program)
        source = self.world.dir / "first.c"
        source.write_text(program.replace("NRF_HTONS(7)", f"NRF_HTONS({self.world.ports['echo']})"))
        prefix = self.world.dir / "prefix"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        places = [str(p.parent) for p in prefix.rglob("cellsock-nrf.pc")]
        env = dict(self.world.env, PKG_CONFIG_PATH=places[0])
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cellsock-nrf"], env=env, check=True,
                               capture_output=True, text=True).stdout.split()
        out = self.world.dir / "first"
        subprocess.run(["cc", source, *os.environ.get("CELLSOCK_CFLAGS", "").split(), *flags, "-o", out], check=True)
        library = next(prefix.rglob("libcellsock.so*")).parent
        done = subprocess.run([out], env=dict(self.world.env, LD_LIBRARY_PATH=str(library)), capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual((done.stdout, done.returncode), ("5 bytes back\n", 0), done.stderr)

    def test_the_commands_it_names_exist(self):
        text = (ROOT / "README.md").read_text()
        for command in re.findall(r"deploy/[a-z-]+", text):
            self.assertTrue((ROOT / command).exists(), command)
            shown = subprocess.run([ROOT / command, "--help"], capture_output=True, text=True, check=False)
            self.assertEqual(shown.returncode, 0, command)
            self.assertIn(command, shown.stdout)
        for page in re.findall(r"\]\(((?:docs/)?[\w./]+\.md)\)", text):
            self.assertTrue((ROOT / page).exists(), page)


if __name__ == "__main__":
    harness.main()
