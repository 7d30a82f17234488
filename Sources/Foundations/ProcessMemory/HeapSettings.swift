import CLinux

/// Keeps the heap of the process as large as it once was, so that a program that does the same again and again does not ask
/// the system for memory and give it back in turn. To be called once, before the work begins. Does nothing without glibc.
///
/// By default glibc returns what lies free at the end of the heap, takes little more than it needs at a time, and raises the
/// size from which an allocation gets a mapping of its own with every such one that is freed. The values are fixed here: 16 MiB
/// more than is needed at a time (they take no memory before they are written), nothing returned, mappings from 4 MiB on.
public func tuneMalloc() {
    // The numbers of malloc.h, where they are part of the interface: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD.
    _ = clinux_mallopt(-1, Int32.max)
    _ = clinux_mallopt(-2, 16 << 20)
    _ = clinux_mallopt(-3, 4 << 20)
}
