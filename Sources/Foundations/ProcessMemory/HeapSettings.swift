import CLinux

/// Tunes glibc's malloc to keep the memory that it has, so that a program that repeats the same work does not request memory
/// from the system and return it in turn. Call it once, before the work begins. Does nothing without glibc.
///
/// By default glibc returns free memory at the end of the heap, requests little more than it needs, and raises the threshold
/// for separate mappings each time it frees one. This function fixes the values: 16 MiB of headroom per request (which takes no
/// memory before it is written), nothing returned, and separate mappings from 4 MiB.
public func tuneMalloc() {
    // M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD, whose numbers in malloc.h are part of the interface.
    _ = clinux_mallopt(-1, Int32.max)
    _ = clinux_mallopt(-2, 16 << 20)
    _ = clinux_mallopt(-3, 4 << 20)
}
