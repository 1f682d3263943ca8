// Files, pipes and locks. See CLinux.h for what the functions return.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// open(2); O_CLOEXEC is added.
int linux_open(const char *path, int flags, mode_t mode);

/// open(2) of a regular file: O_CLOEXEC, and O_NONBLOCK and O_NOFOLLOW for the
/// opening itself, so that neither a FIFO nor a link in its place leads anywhere.
/// -ENXIO, as open(2) says of a socket, for whatever is no regular file.
int linux_open_regular(const char *path, int flags);

/// The same for a link of /proc to what a process has open, which is followed.
int linux_open_held(const char *path, int flags);

/// read(2).
int64_t linux_read(int descriptor, void *bytes, size_t count);

/// pread(2), as often as it takes to get `count` bytes or to the file's end.
int64_t linux_pread(int descriptor, void *bytes, size_t count, uint64_t offset);

/// write(2); fewer bytes than `count` may have been written.
int64_t linux_write(int descriptor, const void *bytes, size_t count);

/// A pipe, both ends closed on exec and blocking.
int linux_pipe(int *reading, int *writing);

/// Whether the descriptor is open; 0 or 1.
int linux_is_open(int descriptor);

/// Sets FD_CLOEXEC.
int linux_close_on_exec(int descriptor);

/// Sets O_NONBLOCK.
int linux_set_nonblocking(int descriptor);

/// A duplicate that is closed on exec and is not below `lowest`.
int linux_duplicate(int descriptor, int lowest);

/// The file's size in bytes.
int64_t linux_size(int descriptor);

/// fdatasync(2).
int linux_sync_data(int descriptor);

/// ftruncate(2).
int linux_truncate(int descriptor, uint64_t size);

/// Allocates a file's blocks from `offset` on without changing its size: fallocate(2)
/// with FALLOC_FL_KEEP_SIZE.
int linux_allocate(int descriptor, uint64_t offset, uint64_t size);

/// Gives the blocks beyond a file's end back that were allocated there, up to
/// `allocated`. Some file systems do that on ftruncate(2), others when a hole is
/// punched (fallocate(2)).
int linux_trim(int descriptor, uint64_t size, uint64_t allocated);

/// Removes a file, or a folder with all that is in it, without following links and
/// without leaving its file system's place: what somebody moves meanwhile cannot lead
/// it elsewhere. Nothing there is no error. -ELOOP where it is too deep.
int linux_remove_tree(const char *path);

/// mkfifo(3).
int linux_make_fifo(const char *path, mode_t mode);

/// Takes an exclusive flock(2) without waiting: -EWOULDBLOCK if another open
/// file description holds a lock.
int linux_lock(int descriptor);

/// Whether somebody holds the exclusive flock(2) on the file: 1 yes, 0 no.
/// `descriptor` must hold no lock itself.
int linux_is_locked(int descriptor);

/// The kind of file system that a file is on: `f_type` of statfs(2).
int64_t linux_file_system_kind(const char *path);

/// The process that listens on a Unix socket, or did when it began to: SO_PEERCRED
/// of unix(7). It is connected to for that.
pid_t linux_socket_peer(const char *path);
