import Preconditions
import Synchronization

/// A row-major, contiguous array of Float32: a shape and shared bytes that no one writes any more.
///
/// Values cross threads freely; an array with a place on a tape is a `Tensor` of the `Autograd` module.
public struct NDArray: Sendable {
    /// The extents.
    public let shape: Shape
    private(set) var storage: Storage
    /// The offset of the first element from the start of the storage, in floats.
    let offset: Int

    /// Returns true if only `array` holds its bytes and they may be written, unlike those of a mapped file.
    static func isUniquelyHeld(_ array: inout NDArray?) -> Bool {
        guard array?.storage.isBorrowed == false else { return false }
        return isKnownUniquelyReferenced(&array!.storage)
    }

    init(shape: Shape, storage: Storage, offset: Int) {
        require(offset >= 0 && offset + shape.count <= storage.count, "NDArray: \(shape) overruns its storage")
        self.shape = shape
        self.storage = storage
        self.offset = offset
    }

    /// Copies `elements`, row by row. Traps unless their number is that of the shape.
    public init(_ elements: [Float], shape: Shape) {
        require(elements.count == shape.count, "NDArray: \(elements.count) elements for shape \(shape)")
        let array = MutableArray(shape: shape)
        elements.withUnsafeBufferPointer {
            array.pointer.update(from: $0.baseAddress ?? UnsafePointer(array.pointer), count: $0.count)
        }
        self = array.frozen()
    }

    /// An array of `shape` that `fill` writes: it must initialize every element.
    public init(shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        let array = MutableArray(shape: shape)
        try fill(UnsafeMutableBufferPointer(start: array.pointer, count: shape.count))
        self = array.frozen()
    }

    /// An array over memory that `owner` keeps; the array retains it.
    ///
    /// Used for memory-mapped checkpoints. The memory must stay unchanged while the array lives and `base` must be
    /// aligned to 4 bytes.
    public init(borrowing base: UnsafePointer<Float>, shape: Shape, owner: AnyObject) {
        self.init(shape: shape, storage: Storage(borrowing: base, count: shape.count, owner: owner), offset: 0)
    }

    /// A single number.
    public init(scalar: Float) { self.init([scalar], shape: []) }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: Shape) -> NDArray {
        require(shape.count == self.shape.count, "reshaped: \(self.shape) to \(shape)")
        return NDArray(shape: shape, storage: storage, offset: offset)
    }

    /// Some consecutive rows of `[N, C]`; they share the bytes.
    public func rows(_ range: Range<Int>) -> NDArray {
        require(range.lowerBound >= 0 && range.upperBound <= shape.rows, "rows: \(range) of \(shape)")
        let columns = shape.columns
        return NDArray(
            shape: Shape(rows: range.count, columns: columns), storage: storage,
            offset: offset + range.lowerBound * columns)
    }

    /// The number of elements.
    public var count: Int { shape.count }

    /// The elements, row by row, as a Swift array (a copy).
    public var elements: [Float] { withUnsafeElements { Array($0) } }

    /// The element of a scalar or of any array of one element.
    public var scalar: Float {
        require(count == 1, "scalar: the array has shape \(shape)")
        return pointer[0]
    }

    /// Lends the elements for the duration of `body`.
    public func withUnsafeElements<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(start: pointer, count: count))
    }

    /// The address of the first element; valid while the array lives.
    var pointer: UnsafePointer<Float> { UnsafePointer(storage.base + offset) }
}

/// An array that one owner may still write: an unfinished output of an operation, a parameter, a gradient, a moment.
///
/// It refers to its bytes; copies of the value write to the same place. Never `Sendable`.
public struct MutableArray {
    /// The extents.
    public let shape: Shape
    let storage: Storage
    let offset: Int

    /// An array from the pool with undefined contents.
    public init(shape: Shape) {
        self.init(shape: shape, storage: Storage(count: shape.count), offset: 0)
    }

    /// An array from the pool filled with `value`.
    public init(shape: Shape, repeating value: Float) {
        self.init(shape: shape)
        pointer.update(repeating: value, count: shape.count)
    }

    init(shape: Shape, storage: Storage, offset: Int) {
        require(
            offset >= 0 && offset + shape.count <= storage.count, "MutableArray: \(shape) overruns its storage")
        self.shape = shape
        self.storage = storage
        self.offset = offset
    }

    /// The part of a flat array that starts at `start` and has `shape`; it shares the bytes.
    public func region(from start: Int, shape: Shape) -> MutableArray {
        require(
            start >= 0 && start + shape.count <= self.shape.count, "region: \(start) + \(shape) of \(self.shape)")
        return MutableArray(shape: shape, storage: storage, offset: offset + start)
    }

    /// Some consecutive rows of `[N, C]`; they share the bytes.
    public func rows(_ range: Range<Int>) -> MutableArray {
        let columns = shape.columns
        return region(from: range.lowerBound * columns, shape: Shape(rows: range.count, columns: columns))
    }

    /// Takes the bytes of `array` to add to them, and leaves `nil` there: its own bytes if no one else holds them, a copy
    /// otherwise. ``copyCount`` counts the copies; a training step makes none.
    public init(continuing array: inout NDArray?) {
        guard let shape = array?.shape, let offset = array?.offset else {
            fatalError("continuing: there is no array")
        }
        if NDArray.isUniquelyHeld(&array), let storage = array?.storage {
            self.init(shape: shape, storage: storage, offset: offset)
        } else {
            self.init(shape: shape)
            if let array { pointer.update(from: array.pointer, count: shape.count) }
            Self.copies.wrappingAdd(1, ordering: .relaxed)
        }
        array = nil
    }

    /// The number of copies ``init(continuing:)`` has made since the process began.
    public static var copyCount: Int { copies.load(ordering: .relaxed) }
    private static let copies = Atomic<Int>(0)

    /// The same bytes as a readable array. The writer of an operation's output stops writing here; a parameter is still written
    /// between steps, and its readers see the change.
    public func frozen() -> NDArray { NDArray(shape: shape, storage: storage, offset: offset) }

    /// The number of elements.
    public var count: Int { shape.count }

    /// Copies all elements of `source`, which must have the same shape.
    public func assign(_ source: NDArray) {
        require(source.shape == shape, "assign: \(source.shape) to \(shape)")
        pointer.update(from: source.pointer, count: count)
    }

    /// Lends the elements for writing for the duration of `body`.
    public func withUnsafeMutableElements<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeMutableBufferPointer(start: pointer, count: count))
    }

    /// The address of the first element; valid while the array lives.
    var pointer: UnsafeMutablePointer<Float> { storage.base + offset }
}
