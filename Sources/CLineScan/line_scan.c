#include "line_scan.h"

#include <string.h>

enum { BLOCK = 64 };

// How things are found in many bytes at once: portably, or by instructions that
// not every processor has.
typedef uint64_t find_marks(const uint8_t *block);
typedef bool find_name(
    const uint8_t *at, const uint8_t *end, const struct line_scan_table *table);

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE bool is_blank(uint8_t byte) { return byte == ' ' || byte == '\t'; }
ALWAYS_INLINE bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

// MARK: Which line is asked for

// Whether digits begin at `at` that go on as `2026-11-22`, `08:15`, `10.0.0.1`
// or `1.2.3` do: so most lines of most logs begin.
ALWAYS_INLINE bool is_other_number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *next = at + 1;
    while (next < end && is_digit(*next)) next++;
    if (end - next < 2 || !is_digit(next[1])) return false;
    if (*next == '-' || *next == ':') return true;
    if (*next != '.') return false;
    next++;
    while (next < end && is_digit(*next)) next++;
    return end - next >= 2 && *next == '.' && is_digit(next[1]);
}

// Whether the `%` at `at` follows a digit or a blank, as in `42%` and `-- %`,
// but not in `a?b=%20`.
ALWAYS_INLINE bool ends_number(const uint8_t *at, const uint8_t *line) {
    return at > line && (is_digit(at[-1]) || is_blank(at[-1]));
}

// Whether one of the names begins at `at`, after a quotation mark.
ALWAYS_INLINE bool is_name(const uint8_t *at, const struct line_scan_table *table) {
    // An escaped letter may be any.
    if (*at == '\\') return true;
    uint16_t name = (uint16_t)(at[0] | at[1] << 8);
    for (int i = 0; i < LINE_SCAN_NAMES && table->names[i]; i++) {
        if (table->names[i] == name) return true;
    }
    return false;
}

// Whether a quotation mark with one of the names after it is in the bytes.
static bool portable_name(
    const uint8_t *at, const uint8_t *end, const struct line_scan_table *table) {
    while (end - at >= 4 && (at = memchr(at, '"', (size_t)(end - at) - 3))) {
        if (is_name(++at, table)) return true;
    }
    return false;
}

ALWAYS_INLINE bool is_asked_for(
    const uint8_t *at, const uint8_t *end, bool is_redrawn,
    const struct line_scan_table *table, find_name *find_name) {
    while (at < end && is_blank(*at)) at++;
    if (at == end) return false;
    while (is_blank(end[-1])) end--;
    if (table->last[end[-1]] || (is_redrawn && table->asks_redrawn)) return true;
    uint8_t first = table->first[*at];
    if (!first) return false;
    if (first & LINE_SCAN_PREFIX && end - at >= 3) {
        uint32_t prefix = line_scan_prefix(at[0], at[1], at[2]);
        if (table->prefixes[prefix / 64] >> prefix % 64 & 1) return true;
        if (end - at >= 4) {
            prefix = line_scan_long_prefix(at[0], at[1], at[2], at[3]);
            if (table->prefixes[prefix / 64] >> prefix % 64 & 1) return true;
        }
    }
    if (first & LINE_SCAN_ALWAYS) return true;
    if (first & LINE_SCAN_NUMBER) return !is_other_number(at, end);
    if (first & LINE_SCAN_BRACKET && end - at >= 2 && (is_digit(at[1]) || is_blank(at[1])))
        return true;
    return first & LINE_SCAN_OBJECT && find_name(at, end, table);
}

// MARK: Finding in many bytes at once

ALWAYS_INLINE bool is_mark(uint8_t byte) {
    return byte == '\n' || byte == '\r' || byte == 0x1B || byte == '\b' || byte == '%';
}

// A bit for each byte of the block that ends a line or matters inside it.
static uint64_t portable_marks(const uint8_t *block) {
    uint64_t marks = 0;
    for (int i = 0; i < BLOCK; i++) marks |= (uint64_t)is_mark(block[i]) << i;
    return marks;
}

// The same for fewer bytes than a block has.
static __attribute__((noinline)) uint64_t partial_marks(const uint8_t *bytes, size_t count) {
    uint64_t marks = 0;
    for (size_t i = 0; i < count; i++) marks |= (uint64_t)is_mark(bytes[i]) << i;
    return marks;
}

#ifdef __x86_64__
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,bmi")))

// The five bytes have different low halves, so the one that a byte could be is
// looked up by its low half and compared with it.
AVX2 ALWAYS_INLINE uint32_t avx2_half(const uint8_t *half) {
    const __m256i wanted = _mm256_setr_epi8(
        -1, -1, -1, -1, -1, '%', -1, -1, '\b', -1, '\n', 0x1B, -1, '\r', -1, -1,
        -1, -1, -1, -1, -1, '%', -1, -1, '\b', -1, '\n', 0x1B, -1, '\r', -1, -1);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)half);
    __m256i found = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(wanted, bytes), bytes);
    return (uint32_t)_mm256_movemask_epi8(found);
}

AVX2 ALWAYS_INLINE uint64_t avx2_marks(const uint8_t *block) {
    return avx2_half(block) | (uint64_t)avx2_half(block + 32) << 32;
}

// The same for the first letters of the names.
AVX2 ALWAYS_INLINE bool avx2_name(
    const uint8_t *at, const uint8_t *end, const struct line_scan_table *table) {
    const __m256i wanted = _mm256_broadcastsi128_si256(
        _mm_loadu_si128((const __m128i *)table->letters));
    for (; end - at >= 36; at += 32) {
        __m256i quotes = _mm256_cmpeq_epi8(
            _mm256_loadu_si256((const __m256i *)at), _mm256_set1_epi8('"'));
        __m256i letters = _mm256_loadu_si256((const __m256i *)(at + 1));
        __m256i found = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(wanted, letters), letters);
        uint32_t marks = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(quotes, found));
        for (; marks; marks &= marks - 1) {
            if (is_name(at + __builtin_ctz(marks) + 1, table)) return true;
        }
    }
    return portable_name(at, end, table);
}
#endif

ALWAYS_INLINE uint64_t marks_at(
    const uint8_t *bytes, size_t at, size_t count, find_marks *find_marks) {
    return count - at >= BLOCK ? find_marks(bytes + at) : partial_marks(bytes + at, count - at);
}

// MARK: The two functions

ALWAYS_INLINE struct line_scan_stop scan(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table, find_marks *find_marks, find_name *find_name) {
    struct line_scan_stop stop = {.line = position, .position = count};
    for (size_t block = position; block < count; block += BLOCK) {
        uint64_t marks = marks_at(bytes, block, count, find_marks);
        for (; marks; marks &= marks - 1) {
            size_t at = block + (size_t)__builtin_ctzll(marks);
            uint8_t byte = bytes[at];
            if (byte == '%') {
                stop.has_percent |= ends_number(bytes + at, bytes + stop.line);
                continue;
            }
            bool ends_line = byte == '\n' || byte == '\r';
            if (!ends_line || stop.has_percent
                || is_asked_for(bytes + stop.line, bytes + at, is_redrawn, table, find_name)) {
                stop.position = at;
                return stop;
            }
            stop.line = at + 1;
            stop.has_skipped = true;
            stop.is_redrawn = is_redrawn = byte == '\r';
        }
    }
    return stop;
}

ALWAYS_INLINE size_t next(
    const uint8_t *bytes, size_t position, size_t count, find_marks *find_marks) {
    for (size_t block = position; block < count; block += BLOCK) {
        uint64_t marks = marks_at(bytes, block, count, find_marks);
        if (marks) return block + (size_t)__builtin_ctzll(marks);
    }
    return count;
}

#ifdef __x86_64__
AVX2 static struct line_scan_stop avx2_scan(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table) {
    return scan(bytes, position, count, is_redrawn, table, avx2_marks, avx2_name);
}

AVX2 static size_t avx2_next(const uint8_t *bytes, size_t position, size_t count) {
    return next(bytes, position, count, avx2_marks);
}
#endif

struct line_scan_stop line_scan_portable(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table) {
    return scan(bytes, position, count, is_redrawn, table, portable_marks, portable_name);
}

struct line_scan_stop line_scan(
    const uint8_t *bytes, size_t position, size_t count, bool is_redrawn,
    const struct line_scan_table *table) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) return avx2_scan(bytes, position, count, is_redrawn, table);
#endif
    return line_scan_portable(bytes, position, count, is_redrawn, table);
}

size_t line_scan_next(const uint8_t *bytes, size_t position, size_t count) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) return avx2_next(bytes, position, count);
#endif
    return next(bytes, position, count, portable_marks);
}
