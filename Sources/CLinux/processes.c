#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int linux_errno(void) { return errno; }

int linux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) == -1 ? -errno : 0;
}

int linux_die_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL) == -1 ? -errno : 0;
}

int linux_forbid_core_files(void) {
    // 1, not 0: only that also keeps the kernel from giving the core to a program
    // (/proc/sys/kernel/core_pattern), and no core file is that small.
    const struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    return setrlimit(RLIMIT_CORE, &limit) == -1 ? -errno : 0;
}

pid_t linux_fork(void) {
    pid_t result = fork();
    return result == -1 ? -errno : result;
}

int linux_execute(char *const *arguments) {
    execvp(arguments[0], arguments);
    return -errno;
}

void linux_reset_signals(void) {
    // The kernel's struct sigaction, all of it zero: SIG_DFL, no flags, no mask.
    // Not sigaction(2) of the C library, which keeps its own two signals from
    // us; posix_spawn(3) may have left them ignored. SIGKILL and SIGSTOP refuse,
    // as they should.
    const uint64_t defaults[8] = {0};
    for (int number = 1; number <= 64; number++) {
        syscall(SYS_rt_sigaction, number, defaults, NULL, 8);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t linux_reap(pid_t child, int *wait_status) {
    pid_t result;
    do {
        result = waitpid(child, wait_status, WNOHANG);
    } while (result == -1 && errno == EINTR);
    return result == -1 ? -errno : result;
}

pid_t linux_reap_any(int *wait_status) { return linux_reap(-1, wait_status); }

int linux_is_child(pid_t pid) {
    siginfo_t information;
    int result;
    do {
        result = waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | WNOWAIT);
    } while (result == -1 && errno == EINTR);
    return result == 0;
}

// Adds the numbers that a thread's file of children holds to the `found` so far.
static size_t children_of_thread(int tasks, const char *thread, pid_t *children,
                                 size_t capacity, size_t found) {
    char path[64], bytes[1024];
    snprintf(path, sizeof path, "%s/children", thread);
    int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (file == -1) return found;
    ssize_t count;
    pid_t number = 0;
    while ((count = read(file, bytes, sizeof bytes)) > 0 || (count == -1 && errno == EINTR)) {
        for (ssize_t index = 0; index < count; index++) {
            if (bytes[index] >= '0' && bytes[index] <= '9') {
                number = number * 10 + (bytes[index] - '0');
            } else if (number != 0) {
                if (found < capacity) children[found] = number;
                found++;
                number = 0;
            }
        }
    }
    close(file);
    return found;
}

int64_t linux_children(pid_t pid, pid_t *children, size_t capacity) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) return errno == ENOENT || errno == ESRCH ? 0 : -errno;
    size_t found = 0;
    const struct dirent *thread;
    while ((thread = readdir(tasks)) != NULL) {
        if (thread->d_name[0] == '.') continue;
        found = children_of_thread(dirfd(tasks), thread->d_name, children, capacity, found);
    }
    closedir(tasks);
    return (int64_t)found;
}

int linux_look_at_process(pid_t pid, struct linux_process *process) {
    char path[64], bytes[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1) return errno == ENOENT ? -ESRCH : -errno;
    ssize_t count = read(file, bytes, sizeof bytes - 1);
    int error = errno;
    close(file);
    if (count == -1) return -error;
    bytes[count] = 0;
    // The pid, the name in parentheses (which may hold any byte), the letter, …
    while (count > 0 && bytes[count - 1] != ')') count--;
    int parent, session;
    unsigned long long started;
    char state;
    if (count == 0 ||
        sscanf(bytes + count,
               " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &state, &parent, &session, &started) != 4)
        return -ESRCH;
    process->state = state;
    process->parent = parent;
    process->session = session;
    process->started_us = (int64_t)(started * (1000000 / (unsigned long long)sysconf(_SC_CLK_TCK)));
    return 0;
}

int linux_process_state(pid_t pid) {
    struct linux_process process;
    int result = linux_look_at_process(pid, &process);
    return result == -ESRCH ? 0 : result < 0 ? result : process.state;
}

static uint64_t microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec;
}

struct linux_usage linux_usage_of_children(void) {
    struct rusage usage = {0};
    getrusage(RUSAGE_CHILDREN, &usage);
    return (struct linux_usage){
        .user_us = microseconds(usage.ru_utime),
        .system_us = microseconds(usage.ru_stime),
        // In kilobytes on Linux: getrusage(2).
        .max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024u,
    };
}

int linux_pidfd_open(pid_t pid) {
    int result = (int)syscall(SYS_pidfd_open, pid, 0);
    return result == -1 ? -errno : result;
}

int linux_pidfd_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == -1 ? -errno : 0;
}

static uint64_t former_open_files;

uint64_t linux_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return 1024;
    rlim_t former = limit.rlim_cur;
    if (former == limit.rlim_max) return former;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1) return former;
    former_open_files = former;
    return limit.rlim_cur;
}

uint64_t linux_former_open_files(void) { return former_open_files; }

void linux_limit_open_files(uint64_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return;
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// Starts a program at the head of a session of its own, with every signal as it is
// by default. What add_files adds comes before all descriptors from first_closed on
// are closed. searches: whether path is looked for in PATH.
static pid_t spawn_session(int (*add_files)(posix_spawn_file_actions_t *, const void *),
                           const void *streams, int first_closed, const char *path, int searches,
                           char *const *arguments, char *const *environment) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0) return -error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        posix_spawn_file_actions_destroy(&files);
        return -error;
    }
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    pid_t pid = 0;
    if ((error = add_files(&files, streams)) == 0 &&
        (error = posix_spawn_file_actions_addclosefrom_np(&files, first_closed)) == 0 &&
        (error = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
        (error = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
        (error = posix_spawnattr_setflags(
             &attributes,
             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)) == 0) {
        error = (searches ? posix_spawnp : posix_spawn)(&pid, path, &files, &attributes, arguments,
                                                        environment);
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error != 0 ? -error : pid;
}

static int add_supervisor_files(posix_spawn_file_actions_t *files, const void *of) {
    const struct linux_spawn *spawn = of;
    int error;
    if ((error = posix_spawn_file_actions_adddup2(files, spawn->journal, 3)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(files, spawn->control, 4)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(files, spawn->progress, 5)) == 0 &&
        (error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
        (error = posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0)) == 0) {
        error = posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0);
    }
    return error;
}

pid_t linux_spawn_supervisor(const struct linux_spawn *spawn) {
    return spawn_session(add_supervisor_files, spawn, 6, spawn->path, 0, spawn->arguments,
                         spawn->environment);
}

static int add_command_files(posix_spawn_file_actions_t *files, const void *of) {
    const struct linux_command *command = of;
    int error;
    if (command->terminal == -1) {
        if ((error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
            (error = posix_spawn_file_actions_adddup2(files, command->output, 1)) == 0) {
            error = posix_spawn_file_actions_adddup2(files, command->errors, 2);
        }
        return error;
    }
    // Opened anew, in the session that was just made, it becomes that session's
    // controlling terminal: tty_ioctl(4). The path is copied.
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", command->terminal);
    if ((error = posix_spawn_file_actions_addopen(files, 0, path, O_RDWR, 0)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(files, 0, 1)) == 0) {
        error = posix_spawn_file_actions_adddup2(files, 0, 2);
    }
    return error;
}

pid_t linux_spawn_command(const struct linux_command *command) {
    return spawn_session(add_command_files, command, 3, command->arguments[0], 1,
                         command->arguments, command->environment);
}

int linux_peer(int descriptor, uid_t *user, gid_t *group) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1) return -errno;
    *user = peer.uid;
    *group = peer.gid;
    return 0;
}

int64_t linux_peer_groups(int descriptor, gid_t *groups, size_t capacity) {
    socklen_t length = (socklen_t)(capacity * sizeof *groups);
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == -1) return -errno;
    return (int64_t)(length / sizeof *groups);
}
