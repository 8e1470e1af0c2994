#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every C and C++ file is as clang-format (the version of Debian 12) would write it.
set -eu
cd "$(dirname "$0")/../.."
git ls-files -co --exclude-standard '*.cpp' '*.hpp' '*.h' '*.c' | xargs -r clang-format --dry-run -Werror
