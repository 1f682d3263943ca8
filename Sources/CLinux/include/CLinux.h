// Linux calls that Swift cannot see (variadic or GNU-only functions, macros),
// and the layouts that the supervisor and the daemon share.
//
// Embedded Swift has no Glibc module: what the supervisor uses of the C library
// directly comes from the headers included here.
//
// Unless said otherwise a function returns a value >= 0, or the negated errno,
// and goes on by itself when a signal interrupts it.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "arguments.h"
#include "confinement.h"
#include "errors.h"
#include "files.h"
#include "journal_frame.h"
#include "processes.h"
#include "terminal.h"
#include "waiting.h"
