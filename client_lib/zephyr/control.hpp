// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cellsock::client::zephyr {

/// ioctl with its one argument: -errno or 0.
[[nodiscard]] int control_device(int sock, unsigned long request, void* argument);

}  // namespace cellsock::client::zephyr
