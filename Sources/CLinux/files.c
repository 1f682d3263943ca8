#define _GNU_SOURCE
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#define RETRY(result, call)        \
    do {                           \
        (result) = (call);         \
    } while ((result) == -1 && errno == EINTR)

#define OR_ERROR(result) ((result) == -1 ? -errno : (result))

int linux_open(const char *path, int flags, mode_t mode) {
    int result;
    RETRY(result, open(path, flags | O_CLOEXEC, mode));
    return OR_ERROR(result);
}

static int open_regular(const char *path, int flags) {
    struct stat status;
    int descriptor = linux_open(path, flags | O_NONBLOCK, 0);
    if (descriptor < 0) return descriptor;
    int error = fstat(descriptor, &status) == -1 ? errno : S_ISREG(status.st_mode) ? 0 : ENXIO;
    if (error == 0) return descriptor;
    close(descriptor);
    return -error;
}

int linux_open_regular(const char *path, int flags) {
    return open_regular(path, flags | O_NOFOLLOW);
}

int linux_open_held(const char *path, int flags) { return open_regular(path, flags); }

int64_t linux_read(int descriptor, void *bytes, size_t count) {
    ssize_t result;
    RETRY(result, read(descriptor, bytes, count));
    return OR_ERROR(result);
}

int64_t linux_pread(int descriptor, void *bytes, size_t count, uint64_t offset) {
    size_t done = 0;
    while (done < count) {
        ssize_t result;
        RETRY(result, pread(descriptor, (char *)bytes + done, count - done,
                            (off_t)(offset + done)));
        if (result == -1) return -errno;
        if (result == 0) break;
        done += (size_t)result;
    }
    return (int64_t)done;
}

int64_t linux_write(int descriptor, const void *bytes, size_t count) {
    ssize_t result;
    RETRY(result, write(descriptor, bytes, count));
    return OR_ERROR(result);
}

int linux_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1) return -errno;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int linux_is_open(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }

int linux_close_on_exec(int descriptor) {
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC) == -1 ? -errno : 0;
}

int linux_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags == -1) return -errno;
    return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == -1 ? -errno : 0;
}

int linux_duplicate(int descriptor, int lowest) {
    int result = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
    return OR_ERROR(result);
}

int64_t linux_size(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == -1 ? -errno : (int64_t)status.st_size;
}

int linux_sync_data(int descriptor) {
    int result;
    RETRY(result, fdatasync(descriptor));
    return OR_ERROR(result);
}

int linux_truncate(int descriptor, uint64_t size) {
    int result;
    RETRY(result, ftruncate(descriptor, (off_t)size));
    return OR_ERROR(result);
}

int linux_make_fifo(const char *path, mode_t mode) {
    return mkfifo(path, mode) == -1 ? -errno : 0;
}

int linux_lock(int descriptor) {
    int result;
    RETRY(result, flock(descriptor, LOCK_EX | LOCK_NB));
    return OR_ERROR(result);
}

int linux_is_locked(int descriptor) {
    int result;
    RETRY(result, flock(descriptor, LOCK_SH | LOCK_NB));
    if (result == -1) return errno == EWOULDBLOCK ? 1 : -errno;
    // Given back at once: the question must not keep the owner from its lock.
    flock(descriptor, LOCK_UN);
    return 0;
}

int linux_allocate(int descriptor, uint64_t offset, uint64_t size) {
    int result;
    RETRY(result, fallocate(descriptor, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size));
    return OR_ERROR(result);
}

int linux_trim(int descriptor, uint64_t size, uint64_t allocated) {
    int result;
    RETRY(result, fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)size,
                            (off_t)(allocated - size)));
    RETRY(result, ftruncate(descriptor, (off_t)size));
    return OR_ERROR(result);
}

// Each level costs a descriptor while what is below it is removed.
enum { MAX_DEPTH = 64 };

static int remove_entry(int folder, const char *name, int depth) {
    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) return 0;
    // EPERM is what POSIX says of a folder, EISDIR what Linux does: unlink(2).
    if (errno != EISDIR && errno != EPERM) return -errno;
    if (depth == MAX_DEPTH) return -ELOOP;
    int opened = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened == -1) return errno == ENOENT ? 0 : -errno;
    DIR *entries = fdopendir(opened);
    if (entries == NULL) {
        int error = errno;
        close(opened);
        return -error;
    }
    int first = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        int result = remove_entry(opened, entry->d_name, depth + 1);
        if (first == 0) first = result;
    }
    closedir(entries);
    if (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    return first != 0 ? first : -errno;
}

int linux_remove_tree(const char *path) { return remove_entry(AT_FDCWD, path, 0); }

int64_t linux_file_system_kind(const char *path) {
    struct statfs status;
    int result;
    RETRY(result, statfs(path, &status));
    // The numbers are of 32 bits, whatever the field's width and sign.
    return result == -1 ? -errno : (int64_t)(uint32_t)status.f_type;
}

pid_t linux_socket_peer(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {.pid = 0};
    socklen_t size = sizeof peer;
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor == -1) return -errno;
    int result = connect(descriptor, (struct sockaddr *)&address, sizeof address);
    if (result == 0) result = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    int error = errno;
    close(descriptor);
    return result == -1 ? -error : peer.pid;
}
