#include "errors.h"

#include <errno.h>

int linux_trouble(int code) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return LINUX_TROUBLE_NO_ROOM;
    // EAGAIN is also what fork(2), execve(2) and clone(2) say beyond RLIMIT_NPROC
    // and pids.max.
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case ENOMEM:
    case ENOBUFS:
    case ENOLCK:
        return LINUX_TROUBLE_NO_RESOURCES;
    case EIO:
    case EROFS:
    case ESTALE:
    case ETIMEDOUT:
    case EREMOTEIO:
    case ENOTCONN:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return LINUX_TROUBLE_DEVICE;
    default:
        return LINUX_TROUBLE_FINAL;
    }
}
