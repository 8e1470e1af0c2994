# SPDX-License-Identifier: Apache-2.0
cellsock_unit(emulator cellsock_emulator_core cellsock_emulator_shell)
