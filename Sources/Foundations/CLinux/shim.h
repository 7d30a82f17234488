#pragma once
// Linux calls that the Swift Glibc module does not show: glibc hides three behind _GNU_SOURCE, and one is its own.
// Each returns 0; or -1 with errno set; or 1 where the system has no such call. Every caller has another way.
//
// No header with declarations is included: they would become this module's, and hide Glibc's.
#if defined(__linux__) && defined(__LP64__)
#include <sys/syscall.h>
extern long syscall(long number, ...);
#endif
#if defined(__linux__)
#include <features.h>
#ifdef __GLIBC__
extern int mallopt(int parameter, int value);
#endif
#endif

/// Exchanges two files or folders in one step: renameat2(2) with RENAME_EXCHANGE (2), paths from AT_FDCWD (-100).
static inline int clinux_exchange(const char *first, const char *second) {
#ifdef SYS_renameat2
    return (int)syscall(SYS_renameat2, -100, first, -100, second, 2u);
#else
    return 1;
#endif
}

/// Sets disk blocks aside for the first `bytes` bytes without changing the size: fallocate(2), FALLOC_FL_KEEP_SIZE (1).
static inline int clinux_reserve(int descriptor, long long bytes) {
#ifdef SYS_fallocate
    return (int)syscall(SYS_fallocate, descriptor, 1, 0LL, bytes);
#else
    return 1;
#endif
}

/// Asks the kernel to start writing a range to the disk, without waiting: sync_file_range(2), SYNC_FILE_RANGE_WRITE
/// (2).
static inline int clinux_start_writeback(int descriptor, long long offset, long long bytes) {
#ifdef SYS_sync_file_range
    return (int)syscall(SYS_sync_file_range, descriptor, offset, bytes, 2u);
#else
    return 1;
#endif
}

/// Sets one of glibc's parameters of malloc: mallopt(3).
static inline int clinux_mallopt(int parameter, int value) {
#ifdef __GLIBC__
    return mallopt(parameter, value) == 1 ? 0 : -1;
#else
    return 1;
#endif
}
