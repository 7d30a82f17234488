#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A block of Float32 memory: from the pool, or a memory-mapped file. Arrays share it by reference.
///
/// `@unchecked Sendable`: a block is written only through a ``MutableArray``, which its single owner gives up
/// (``MutableArray/frozen()``) before an ``NDArray`` of it can reach another thread; parameters, gradients and moments stay
/// mutable and are confined to the thread that trains.
final class Storage: @unchecked Sendable {
    /// The origin of the memory, which decides how it is released.
    private enum Origin {
        case pool(sizeClass: Int)
        case borrowed(owner: AnyObject)
    }

    let base: UnsafeMutablePointer<Float>
    /// The number of floats that may be used.
    let count: Int
    private let origin: Origin

    /// Takes `count` floats with undefined contents from the pool.
    init(count: Int) {
        let (base, sizeClass) = BufferPool.shared.take(count: count)
        self.base = base
        self.count = count
        origin = .pool(sizeClass: sizeClass)
    }

    /// Wraps memory that `owner` keeps alive and no one writes.
    init(borrowing base: UnsafePointer<Float>, count: Int, owner: AnyObject) {
        self.base = UnsafeMutablePointer(mutating: base)
        self.count = count
        origin = .borrowed(owner: owner)
    }

    /// True if the memory is borrowed, and perhaps read-only.
    var isBorrowed: Bool {
        if case .borrowed = origin { true } else { false }
    }

    deinit {
        if case .pool(let sizeClass) = origin { BufferPool.shared.give(back: base, sizeClass: sizeClass) }
    }
}
