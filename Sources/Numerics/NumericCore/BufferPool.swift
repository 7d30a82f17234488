import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Size-classed free lists of Float32 blocks, so that a warm training step allocates nothing from the system.
///
/// Classes are powers of two in quarter steps (at most 25 % is wasted); blocks are aligned to 64 bytes. Where a class has no
/// free block, the nearest larger class within `reach` provides one: a batch that is smaller than those before it, as at the
/// end of an epoch, then needs no new memory.
public final class BufferPool: Sendable {
    /// The pool every array uses.
    public static let shared = BufferPool()

    /// The blocks and bytes that the pool has handed out and holds.
    public struct Statistics: Sendable, Equatable {
        /// Blocks in use by arrays.
        public var liveBlocks = 0
        /// Bytes in use by arrays, rounded up to their size class.
        public var liveBytes = 0
        /// Bytes on the free lists.
        public var freeBytes = 0
        /// The number of blocks requested from the system.
        public var systemAllocations = 0
    }

    private struct State: ~Copyable {
        var free: [Int: [UInt]] = [:]
        var statistics = Statistics()
    }

    private let state = Mutex(State())

    private init() {}

    /// The current counts.
    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Gives every free block back to the system, such as after loading a model or before a longer pause.
    public func trim() {
        let blocks = state.withLock { state in
            let blocks = state.free.values.flatMap { $0 }
            state.free.removeAll()
            state.statistics.freeBytes = 0
            return blocks
        }
        for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
    }

    /// The smallest class that holds `count` floats: (4 + quarter) << exponent floats, coded as exponent × 4 + quarter.
    package static func sizeClass(count: Int) -> Int {
        let minimum = 16
        let needed = max(count, minimum)
        let exponent = max(0, Int.bitWidth - 1 - needed.leadingZeroBitCount - 2)
        let quarters = (needed + (1 << exponent) - 1) >> exponent  // 4 ... 8
        return quarters == 8 ? (exponent + 1) * 4 : exponent * 4 + (quarters - 4)
    }

    /// The number of floats in a block of a size class.
    package static func capacity(sizeClass: Int) -> Int { (4 + sizeClass % 4) << (sizeClass / 4) }

    /// The number of larger classes that may serve a request: 12, a block of eight times the size.
    private static let reach = 12

    /// The bytes of a block of a size class.
    private static func byteCount(sizeClass: Int) -> Int {
        capacity(sizeClass: sizeClass) * MemoryLayout<Float>.stride
    }

    /// A block of at least `count` floats and its class, which may be larger than the smallest that would do.
    func take(count: Int) -> (UnsafeMutablePointer<Float>, Int) {
        let sizeClass = Self.sizeClass(count: count)
        let reused = state.withLock { state -> (block: UInt, sizeClass: Int)? in
            state.statistics.liveBlocks += 1
            for candidate in sizeClass...sizeClass + Self.reach {
                guard let block = state.free[candidate]?.popLast() else { continue }
                state.statistics.freeBytes -= Self.byteCount(sizeClass: candidate)
                state.statistics.liveBytes += Self.byteCount(sizeClass: candidate)
                return (block, candidate)
            }
            state.statistics.systemAllocations += 1
            state.statistics.liveBytes += Self.byteCount(sizeClass: sizeClass)
            return nil
        }
        if let reused, let pointer = UnsafeMutablePointer<Float>(bitPattern: reused.block) {
            return (pointer, reused.sizeClass)
        }
        return (Self.allocate(Self.byteCount(sizeClass: sizeClass)), sizeClass)
    }

    /// The size of a huge page on x86-64 and most arm64 systems; where it differs, the advice below helps less.
    private static let hugePage = 2 << 20

    /// Requests a block from the system. Large ones should lie in huge pages: BLAS walks down columns of wide tables, where every
    /// row is on its own page, and runs some 4 % faster if the processor can keep the addresses of all of them.
    private static func allocate(_ bytes: Int) -> UnsafeMutablePointer<Float> {
        let isLarge = bytes >= hugePage
        var raw: UnsafeMutableRawPointer?
        let status = posix_memalign(&raw, isLarge ? hugePage : 64, bytes)
        guard status == 0, let raw else {
            fatalError("BufferPool: the system cannot allocate \(bytes) bytes for an array")
        }
        #if os(Linux)
            // Whole pages only, so that no memory past the block is affected. If the system refuses, pages are small.
            if isLarge { _ = madvise(raw, bytes / hugePage * hugePage, Int32(MADV_HUGEPAGE)) }
        #endif
        return raw.assumingMemoryBound(to: Float.self)
    }

    func give(back base: UnsafeMutablePointer<Float>, sizeClass: Int) {
        let bytes = Self.byteCount(sizeClass: sizeClass)
        state.withLock { state in
            state.statistics.liveBlocks -= 1
            state.statistics.liveBytes -= bytes
            state.statistics.freeBytes += bytes
            state.free[sizeClass, default: []].append(UInt(bitPattern: base))
        }
    }
}
