#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

int linux_open_terminal(uint16_t rows, uint16_t columns, int *terminal) {
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master == -1) return -errno;
    int unlocked = 0;
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int other;
    // TIOCGPTPEER, not the name: it needs no /dev/pts in this mount namespace.
    if (ioctl(master, TIOCSPTLCK, &unlocked) == -1 || ioctl(master, TIOCSWINSZ, &size) == -1 ||
        (other = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1) {
        int error = errno;
        close(master);
        return -error;
    }
    *terminal = other;
    return master;
}

int linux_control_terminal(int terminal) {
    return ioctl(terminal, TIOCSCTTY, 0) == -1 ? -errno : 0;
}
