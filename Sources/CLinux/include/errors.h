// What kind of trouble an errno stands for: one table, for the daemon, the supervisor
// and the readers of journals alike.
#pragma once

enum {
    /// It stays as it is until somebody asks for something else.
    LINUX_TROUBLE_FINAL = 0,
    /// A disk or a quota is full. It may go away.
    LINUX_TROUBLE_NO_ROOM = 1,
    /// Too many descriptors or processes, or too little memory. It may go away.
    LINUX_TROUBLE_NO_RESOURCES = 2,
    /// A disk or what leads to it does not do as it should; disks come back, by
    /// themselves or by hand. It may go away.
    LINUX_TROUBLE_DEVICE = 3,
};

/// The kind of an errno: LINUX_TROUBLE_…
int linux_trouble(int code);
