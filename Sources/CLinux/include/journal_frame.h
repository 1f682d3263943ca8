// The layout of an attempt's journal: one definition for its writer (the
// supervisor, in Embedded Swift) and its readers (the Journal target).
//
// A journal is a sequence of frames, appended by one writer:
//
//     header (32 bytes) | payload (length bytes) | trailer (4 bytes)
//
// All numbers are in the machine's byte order: a journal is read on the machine
// that wrote it. The trailer repeats the payload's length, so that a reader can
// walk backwards from the end, and so that a frame whose payload did not arrive
// whole (the supervisor was killed, the power failed) is recognised as torn.
#pragma once

#include <stdint.h>

/// "JBJ" and the layout's version. A frame that begins otherwise is no frame.
#define JOURNAL_MAGIC 0x024a424au

/// The same of the first layout, `struct journal_header_1`: supervisors that were
/// started before an upgrade go on writing it.
#define JOURNAL_MAGIC_1 0x014a424au

/// The most payload one frame may carry, in bytes.
#define JOURNAL_MAX_PAYLOAD 65536u

enum {
    /// The supervisor lives; written before the command is started, so that a
    /// journal without it proves that the command never ran.
    JOURNAL_KIND_START = 1,
    /// Bytes that the command wrote to its standard output (or its terminal).
    JOURNAL_KIND_STDOUT = 2,
    /// Bytes that the command wrote to its standard error.
    JOURNAL_KIND_STDERR = 3,
    /// Bytes that somebody wrote to $JOBD_PROGRESS.
    JOURNAL_KIND_PROGRESS = 4,
    /// How the attempt ended; always the last frame.
    JOURNAL_KIND_EXIT = 5,
    /// The command's process, by which what it left is found should the supervisor
    /// be killed. The second frame; journals of older supervisors lack it.
    JOURNAL_KIND_COMMAND = 6,
};

struct journal_header {
    uint32_t magic;
    /// Bytes of payload in the low 24 bits, JOURNAL_KIND_… above them.
    uint32_t kind_and_length;
    /// The wall clock: microseconds since 1970 UTC. It is set now and then, so it
    /// may be less than the frame's before it.
    uint64_t wall_us;
    /// The attempt's clock: what the wall clock said when the supervisor started,
    /// and CLOCK_MONOTONIC since. Nobody sets it, it stands still while the machine
    /// sleeps, as the job does, and it is never less than the frame's before it.
    uint64_t time_us;
    /// How many bytes of output (both streams) the frames before this one carry.
    uint64_t position;
};

/// The first layout, which has one clock.
struct journal_header_1 {
    uint32_t magic;
    uint32_t kind;
    /// The wall clock where it goes forwards; it stands still when that is set back.
    uint64_t time_us;
    uint64_t position;
    /// Bytes of payload.
    uint32_t length;
    /// Zero.
    uint32_t reserved;
};

struct journal_trailer {
    uint32_t length;
};

/// Payload of JOURNAL_KIND_START.
struct journal_start {
    int32_t supervisor_pid;
    int32_t reserved;
};

/// Payload of JOURNAL_KIND_COMMAND.
struct journal_command {
    /// It leads a session and a group of its own.
    int32_t pid;
    int32_t reserved;
};

/// Why an attempt ended, seen from its supervisor.
enum {
    /// The command ended by itself.
    JOURNAL_CAUSE_EXITED = 0,
    /// The daemon asked for the teardown.
    JOURNAL_CAUSE_CANCELLED = 1,
    /// The time limit was reached.
    JOURNAL_CAUSE_TIMEOUT = 2,
    /// The output limit was reached.
    JOURNAL_CAUSE_OUTPUT_LIMIT = 3,
    /// The command could not be started: see stage and error_number.
    JOURNAL_CAUSE_UNSTARTABLE = 4,
    /// The supervisor was told to stop (SIGTERM), as at a machine's shutdown.
    JOURNAL_CAUSE_SHUTDOWN = 5,
    /// Neither output nor progress came for too long.
    JOURNAL_CAUSE_STALLED = 6,
};

/// What failed when the cause is JOURNAL_CAUSE_UNSTARTABLE.
enum {
    JOURNAL_STAGE_NONE = 0,
    /// Pipes, terminal, fork.
    JOURNAL_STAGE_SETUP = 1,
    JOURNAL_STAGE_CWD = 2,
    JOURNAL_STAGE_STDIN = 3,
    JOURNAL_STAGE_EXEC = 4,
    /// Entering the control group.
    JOURNAL_STAGE_CONTROL_GROUP = 5,
    /// The limits, each by its own name.
    JOURNAL_STAGE_NICE = 6,
    JOURNAL_STAGE_IO = 7,
    JOURNAL_STAGE_MEMORY = 8,
    JOURNAL_STAGE_CPU = 9,
    JOURNAL_STAGE_FILES = 10,
    JOURNAL_STAGE_PROCESSES = 11,
    /// Becoming another user.
    JOURNAL_STAGE_USER = 12,
};

/// Flags of struct journal_exit.
enum {
    /// The kernel killed processes because the control group's memory was used up.
    JOURNAL_EXIT_OUT_OF_MEMORY = 1,
};

/// Payload of JOURNAL_KIND_EXIT.
struct journal_exit {
    int32_t cause;
    /// The command's status as wait(2) gives it; 0 if it never started.
    int32_t wait_status;
    int32_t stage;
    int32_t error_number;
    /// Of the command and everything that came to the supervisor from it.
    uint64_t user_us;
    uint64_t system_us;
    uint64_t max_rss_bytes;
    /// Processes that could not be ended (not permitted to signal them).
    uint32_t survivors;
    /// JOURNAL_EXIT_…, together.
    uint32_t flags;
};
