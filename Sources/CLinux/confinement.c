#define _GNU_SOURCE
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_in(const char *directory, const char *file, int flags) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", directory, file);
    if (length < 0 || (size_t)length >= sizeof path) return -ENAMETOOLONG;
    int result = open(path, flags | O_CLOEXEC);
    return result == -1 ? -errno : result;
}

int linux_enter_control_group(const char *directory) {
    int file = open_in(directory, "cgroup.procs", O_WRONLY);
    if (file < 0) return file;
    // 0 is whoever writes it.
    ssize_t count = write(file, "0", 1);
    int error = errno;
    close(file);
    return count == -1 ? -error : 0;
}

int64_t linux_control_group_count(const char *directory, const char *file, const char *word) {
    int descriptor = open_in(directory, file, O_RDONLY);
    if (descriptor < 0) return descriptor;
    char text[1024];
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    text[count > 0 ? count : 0] = 0;
    size_t length = strlen(word);
    const char *line = text;
    while (line != NULL && *line != 0) {
        if (strncmp(line, word, length) == 0 && line[length] == ' ') {
            return strtoll(line + length, NULL, 10);
        }
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return 0;
}

int linux_remove_directory(const char *path) { return rmdir(path) == -1 ? -errno : 0; }

static int limit(int resource, rlim_t soft, rlim_t hard) {
    const struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(resource, &limit) == -1 ? -errno : 0;
}

int linux_limit_memory(uint64_t bytes) { return limit(RLIMIT_DATA, bytes, bytes); }

int linux_limit_cpu(uint64_t seconds, uint64_t grace) {
    int result = limit(RLIMIT_CPU, seconds, seconds + grace);
    if (result != -EPERM) return result;
    struct rlimit own;
    if (getrlimit(RLIMIT_CPU, &own) == -1) return -errno;
    return own.rlim_max < seconds ? -EPERM : limit(RLIMIT_CPU, seconds, own.rlim_max);
}

int linux_limit_files(uint64_t count) { return limit(RLIMIT_NOFILE, count, count); }

int linux_limit_processes(uint64_t count) { return limit(RLIMIT_NPROC, count, count); }

int linux_set_nice(int nice) {
    return setpriority(PRIO_PROCESS, 0, nice) == -1 ? -errno : 0;
}

int linux_set_io_priority(int priority) {
    // IOPRIO_WHO_PROCESS; the C library knows nothing of this call.
    return syscall(SYS_ioprio_set, 1, 0, priority) == -1 ? -errno : 0;
}

int linux_become(uid_t user, gid_t group, const gid_t *groups, size_t count) {
    if (setgroups(count, groups) == -1 || setresgid(group, group, group) == -1 ||
        setresuid(user, user, user) == -1) {
        return -errno;
    }
    uid_t uids[3];
    gid_t gids[3];
    if (getresuid(&uids[0], &uids[1], &uids[2]) == -1 ||
        getresgid(&gids[0], &gids[1], &gids[2]) == -1) {
        return -errno;
    }
    for (int index = 0; index < 3; index++) {
        if (uids[index] != user || gids[index] != group) return -EPERM;
    }
    // The way back must be closed; for root there is none to close.
    if (user != 0 && setresuid((uid_t)-1, 0, (uid_t)-1) != -1) return -EPERM;
    return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == -1 ? -errno : 0;
}

int linux_give(int descriptor, uid_t user) {
    return fchown(descriptor, user, (gid_t)-1) == -1 ? -errno : 0;
}
