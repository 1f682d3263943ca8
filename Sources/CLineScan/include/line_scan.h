// Steps over the lines of a command's output that no form asks for, 64 bytes at
// a time. Every byte every job prints passes through here, and Swift (6.3) has
// neither the vector instructions this takes nor, in debug builds, the speed.
#ifndef LINE_SCAN_H
#define LINE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a line's first byte that is not a blank says.
enum {
    // The line is asked for.
    LINE_SCAN_ALWAYS = 1,
    // A digit: the line is asked for unless it begins as a time, an address or
    // a version does.
    LINE_SCAN_NUMBER = 2,
    // A bracket: the line is asked for if a digit or a blank follows.
    LINE_SCAN_BRACKET = 4,
    // A brace: the line is asked for if one of the names is in it.
    LINE_SCAN_OBJECT = 8,
    // It begins a prefix: the line is asked for if the rest of one follows.
    LINE_SCAN_PREFIX = 16,
};

enum { LINE_SCAN_NAMES = 8 };

// Which lines are asked for. More may be let through than are asked for, never
// fewer.
struct line_scan_table {
    // By a line's first byte that is not a blank: LINE_SCAN_….
    uint8_t first[256];
    // By its last byte that is not a blank: whether it is asked for.
    uint8_t last[256];
    // A bit for each hash of the first four bytes, or three where a prefix has
    // no more, made small letters.
    uint64_t prefixes[64];
    // Whether every frame that is drawn over another is asked for.
    bool asks_redrawn;
    // The first two letters of the JSON names, the first in the low byte; zero
    // ends the list.
    uint16_t names[LINE_SCAN_NAMES];
    // Their first letters and `\`, each at the index of its low half, and 0xFF
    // elsewhere: no two may have the same.
    uint8_t letters[16];
};

// Where line_scan() stopped.
struct line_scan_stop {
    // Where the unfinished line begins.
    size_t line;
    // The control byte that ends or interrupts it; the number of bytes when
    // there is none.
    size_t position;
    // Whether there is a `%` after a digit or a blank between the two.
    bool has_percent;
    // Whether lines were stepped over, and, if so, whether the last of them
    // ended with a carriage return, so that the next is drawn over it.
    bool has_skipped;
    bool is_redrawn;
};

// The bit of a line's first three bytes in `prefixes`.
static inline uint32_t line_scan_prefix(uint8_t first, uint8_t second, uint8_t third) {
    uint32_t key = ((uint32_t)first << 16 | (uint32_t)second << 8 | third) | 0x202020;
    return (key * 0x9E3779B1u) >> 20;
}

// The bit of a line's first four bytes there.
static inline uint32_t line_scan_long_prefix(
    uint8_t first, uint8_t second, uint8_t third, uint8_t fourth) {
    uint32_t key = (uint32_t)first << 24 | (uint32_t)second << 16 | (uint32_t)third << 8 | fourth;
    return ((key | 0x20202020) * 0x85EBCA6Bu) >> 20;
}

// Steps over whole lines nobody asks for, from `position`, where a line begins,
// which is drawn over another if `is_redrawn`.
// Stops at the end of a line that is asked for (one with a `%` after a digit or a blank
// always is), at
// an escape or a backspace, and at the end of the bytes.
struct line_scan_stop line_scan(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table);

// The same without the instructions that not every processor has.
struct line_scan_stop line_scan_portable(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table);

// The position, at or after `position`, of the first newline, carriage return,
// escape, backspace or `%`; `count` when there is none.
size_t line_scan_next(const uint8_t *bytes, size_t position, size_t count);

#endif
