#define _GNU_SOURCE
#include "waiting.h"

#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_us(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t linux_realtime_us(void) { return clock_us(CLOCK_REALTIME); }

int64_t linux_monotonic_us(void) { return clock_us(CLOCK_MONOTONIC); }

int64_t linux_boottime_us(void) { return clock_us(CLOCK_BOOTTIME); }

int linux_clock_watch(void) {
    int watch = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (watch == -1) return -errno;
    int error = linux_clock_watch_again(watch);
    if (error == 0) return watch;
    close(watch);
    return error;
}

int linux_clock_watch_again(int watch) {
    uint64_t expirations;
    // ECANCELED: that is what it tells.
    (void)!read(watch, &expirations, sizeof expirations);
    // For a time that hardly comes: the year 2242. Whoever comes to it is told that
    // the clock was set by nothing.
    struct itimerspec never = {.it_value = {.tv_sec = (time_t)1 << 33}};
    int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    return timerfd_settime(watch, flags, &never, NULL) == -1 ? -errno : 0;
}

int linux_poll(struct pollfd *entries, uint32_t count, int64_t timeout_us) {
    struct timespec time = {
        .tv_sec = timeout_us / 1000000,
        .tv_nsec = timeout_us % 1000000 * 1000,
    };
    int result = ppoll(entries, count, timeout_us < 0 ? NULL : &time, NULL);
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
    for (uint32_t index = 0; index < count; index++) entries[index].revents = 0;
    return 0;
}

int linux_signal_descriptor(void) {
    sigset_t all, told;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&told);
    sigaddset(&told, SIGCHLD);
    sigaddset(&told, SIGTERM);
    int result = signalfd(-1, &told, SFD_CLOEXEC | SFD_NONBLOCK);
    return result == -1 ? -errno : result;
}

int linux_next_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count;
    do {
        count = read(descriptor, &information, sizeof information);
    } while (count == -1 && errno == EINTR);
    return count == sizeof information ? (int)information.ssi_signo : 0;
}

int linux_inotify(void) {
    int result = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return result == -1 ? -errno : result;
}

int linux_inotify_watch(int inotify, const char *path) {
    int result = inotify_add_watch(inotify, path, IN_MODIFY | IN_CLOSE_WRITE);
    return result == -1 ? -errno : result;
}

int linux_inotify_unwatch(int inotify, int watch) {
    return inotify_rm_watch(inotify, watch) == -1 ? -errno : 0;
}

int linux_inotify_read(int inotify, int *watches, int capacity) {
    // Files watched by themselves carry no name: each event is one header.
    _Alignas(struct inotify_event) char buffer[4096];
    size_t wanted = (size_t)capacity * sizeof(struct inotify_event);
    if (wanted > sizeof buffer) wanted = sizeof buffer;
    ssize_t count;
    do {
        count = read(inotify, buffer, wanted);
    } while (count == -1 && errno == EINTR);
    if (count == -1) return errno == EAGAIN ? 0 : -errno;
    int found = 0;
    for (ssize_t at = 0; at < count;) {
        const struct inotify_event *event = (const void *)(buffer + at);
        at += (ssize_t)(sizeof *event + event->len);
        // IN_IGNORED: the watch was removed; nobody is to be told.
        if (event->mask & IN_IGNORED) continue;
        int watch = event->mask & IN_Q_OVERFLOW ? -1 : event->wd;
        if (found == 0 || watches[found - 1] != watch) watches[found++] = watch;
    }
    // All were about removed watches: there may be more behind them.
    return found == 0 && count > 0 ? linux_inotify_read(inotify, watches, capacity) : found;
}
