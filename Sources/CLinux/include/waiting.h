// Clocks, poll, signals as descriptors, and inotify. See CLinux.h for what the
// functions return.
#pragma once

#include <poll.h>
#include <stdint.h>

/// Microseconds since 1970 UTC.
int64_t linux_realtime_us(void);

/// Microseconds of a clock that is never set.
int64_t linux_monotonic_us(void);

/// Microseconds since the machine started, its sleep among them; never set.
int64_t linux_boottime_us(void);

/// A descriptor that becomes readable when the wall clock is set
/// (TFD_TIMER_CANCEL_ON_SET of timerfd_create(2)), and costs nothing until then.
int linux_clock_watch(void);

/// Takes note that it was set; readable again when it is set again.
int linux_clock_watch_again(int watch);

/// ppoll(2) for at most that many microseconds; a negative number: for ever. 0
/// when the time is over, and also when a signal interrupted it.
int linux_poll(struct pollfd *entries, uint32_t count, int64_t timeout_us);

/// Blocks every signal. The descriptor returned tells of SIGCHLD and SIGTERM
/// (signalfd(2)), without blocking; the others are as if ignored.
int linux_signal_descriptor(void);

/// The next signal a signal descriptor has to tell of; 0 if there is none.
int linux_next_signal(int descriptor);

/// inotify_init1(2), non-blocking.
int linux_inotify(void);

/// Watches a file for being written to, and for being closed by its writer. The
/// watch's number.
int linux_inotify_watch(int inotify, const char *path);

/// Ends a watch.
int linux_inotify_unwatch(int inotify, int watch);

/// Reads what inotify has to tell: up to `capacity` watch numbers, repeats
/// removed where they follow each other; -1 among them means that events were
/// lost. How many there are; 0 if nothing is there.
int linux_inotify_read(int inotify, int *watches, int capacity);
