// Pseudo-terminals. See CLinux.h for what the functions return.
#pragma once

#include <stdint.h>

/// Opens a pseudo-terminal of that size (pts(4)): its master, and its other end
/// in `*terminal`. Both are closed on exec, and neither becomes the controlling
/// terminal.
int linux_open_terminal(uint16_t rows, uint16_t columns, int *terminal);

/// Makes it the controlling terminal of this process, which leads a session.
int linux_control_terminal(int terminal);
