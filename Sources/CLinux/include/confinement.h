// Limits and credentials. See CLinux.h for what the functions return.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Moves this process into the control group whose directory that is: the file
/// cgroup.procs in it, cgroups(7).
int linux_enter_control_group(const char *directory);

/// What the kernel has counted in a file of a control group, after that word and a
/// space: memory.events(`oom_kill`), for instance. 0 if it says nothing of it.
int64_t linux_control_group_count(const char *directory, const char *file, const char *word);

/// rmdir(2).
int linux_remove_directory(const char *path);

/// RLIMIT_DATA of setrlimit(2): what a process may allocate.
int linux_limit_memory(uint64_t bytes);

/// RLIMIT_CPU: SIGXCPU after so many seconds, SIGKILL after that many more, or
/// earlier if this process may not raise its own limit.
int linux_limit_cpu(uint64_t seconds, uint64_t grace);

/// RLIMIT_NOFILE.
int linux_limit_files(uint64_t count);

/// RLIMIT_NPROC.
int linux_limit_processes(uint64_t count);

/// setpriority(2).
int linux_set_nice(int nice);

/// ioprio_set(2).
int linux_set_io_priority(int priority);

/// Becomes another user, of these groups only, and cannot go back: setgroups(2),
/// setresgid(2), setresuid(2), and then it is seen whether that is so. What it
/// executes gains nothing either: PR_SET_NO_NEW_PRIVS of prctl(2).
int linux_become(uid_t user, gid_t group, const gid_t *groups, size_t count);

/// Makes a user the owner of a file: fchown(2).
int linux_give(int descriptor, uid_t user);
