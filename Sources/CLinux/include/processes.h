// Starting, waiting for and finding processes. See CLinux.h for what the
// functions return.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// errno, which is a macro.
int linux_errno(void);

/// Orphans among this process's descendants become its children; see
/// PR_SET_CHILD_SUBREAPER in prctl(2).
int linux_become_subreaper(void);

/// The kernel sends this process SIGKILL when its parent ends; see
/// PR_SET_PDEATHSIG in prctl(2).
int linux_die_with_parent(void);

/// Neither this process nor what it starts leaves core files: core(5).
int linux_forbid_core_files(void);

/// fork(2).
pid_t linux_fork(void);

/// execvp(3): by this process's environment and its PATH. Returns only to say
/// why it failed.
int linux_execute(char *const *arguments);

/// Every signal to its default disposition, and none blocked.
void linux_reset_signals(void);

/// Reaps one child that has ended, without waiting: its pid and wait status; 0
/// if all children still run; -ECHILD if there are none.
pid_t linux_reap_any(int *wait_status);

/// Reaps this child if it has ended, as linux_reap_any.
pid_t linux_reap(pid_t child, int *wait_status);

/// Whether `pid` is a child of this process that was not reaped yet: 0 or 1.
int linux_is_child(pid_t pid);

/// The children of a process, all its threads' together (proc(5):
/// /proc/PID/task/TID/children, which needs CONFIG_PROC_CHILDREN), at most
/// `capacity` of them. How many there are, which may be more than that; 0 if the
/// process is gone. While processes come and go some may be missed: ask again.
int64_t linux_children(pid_t pid, pid_t *children, size_t capacity);

/// What proc(5) says of a process in /proc/PID/stat.
struct linux_process {
    pid_t parent;
    pid_t session;
    /// When it was started, in microseconds since the machine was (CLOCK_BOOTTIME).
    int64_t started_us;
    /// As linux_process_state.
    int state;
};

/// Looks at a process: 0, or -ESRCH when it is gone.
int linux_look_at_process(pid_t pid, struct linux_process *process);

/// What a process does, as the letter that proc(5) names in /proc/PID/stat: 'T'
/// if a signal stopped it. That of its first thread; 0 if the process is gone.
int linux_process_state(pid_t pid);

/// What the children that were reaped used, all of them together; the memory is
/// that of the largest one.
struct linux_usage {
    uint64_t user_us;
    uint64_t system_us;
    uint64_t max_rss_bytes;
};

/// getrusage(2) of RUSAGE_CHILDREN.
struct linux_usage linux_usage_of_children(void);

/// pidfd_open(2). It becomes readable when the process ends.
int linux_pidfd_open(pid_t pid);

/// pidfd_send_signal(2): signals that very process, whoever has its pid by now.
int linux_pidfd_signal(int pidfd, int signal);

/// Lets this process open as many files as it may: raises the soft limit to the
/// hard one (getrlimit(2)). How many that is.
uint64_t linux_raise_open_files(void);

/// The soft limit that linux_raise_open_files has raised, which is for the
/// commands: select(2) knows no descriptor beyond 1023, and some programs close
/// every one there could be. 0 when it has raised none.
uint64_t linux_former_open_files(void);

/// Sets the soft limit on open files; not above the hard one.
void linux_limit_open_files(uint64_t count);

/// What a supervisor is started with: see linux_spawn_supervisor.
struct linux_spawn {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// What becomes its descriptors 3, 4 and 5; none may be below 6.
    int journal;
    int control;
    int progress;
};

/// Starts a program by posix_spawn(3) in a session of its own, with default
/// signals, none blocked, 0, 1 and 2 on /dev/null, three more descriptors and no
/// others. Its pid.
pid_t linux_spawn_supervisor(const struct linux_spawn *spawn);

/// What a command is started with: see linux_spawn_command.
struct linux_command {
    char *const *arguments;
    char *const *environment;
    /// What becomes its standard output and error.
    int output;
    int errors;
    /// The end of a pseudo-terminal that becomes all three and its controlling
    /// terminal; -1: it has none, and reads /dev/null.
    int terminal;
};

/// Starts a command by posix_spawnp(3), by this process's PATH, in a session of
/// its own, with default signals, none blocked, and no other descriptors. Its pid.
pid_t linux_spawn_command(const struct linux_command *command);

/// The user and the group of the process at the other end of a Unix socket, as
/// they were when it connected: SO_PEERCRED, unix(7).
int linux_peer(int descriptor, uid_t *user, gid_t *group);

/// That process's supplementary groups: SO_PEERGROUPS, unix(7).
///
/// Returns how many were written to `groups`, or -ERANGE when there are more than
/// `capacity`.
int64_t linux_peer_groups(int descriptor, gid_t *groups, size_t capacity);
