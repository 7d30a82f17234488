import NumericCore
import Testing
import TestSupport

@Suite("Shapes, arrays, pool and segments")
struct ArrayTests {
    @Test(
        "A shape knows its rows, columns and count",
        arguments: [
            ([], 1, 1, 1), ([7], 1, 7, 7), ([0], 1, 0, 0), ([3, 4], 3, 4, 12), ([3, 0], 3, 0, 0), ([0, 5], 0, 5, 0),
            ([2, 3, 4], 6, 4, 24), ([2, 3, 4, 5], 24, 5, 120),
        ] as [([Int], Int, Int, Int)])
    func shapes(_ dimensions: [Int], _ rows: Int, _ columns: Int, _ count: Int) {
        let shape = Shape(dimensions)
        #expect(shape.rank == dimensions.count)
        #expect(shape.dimensions == dimensions)
        #expect(shape.rows == rows && shape.columns == columns && shape.count == count)
        #expect(shape.description == "\(dimensions)")
        #expect(shape == Shape(dimensions) && shape.hashValue == Shape(dimensions).hashValue)
    }

    @Test("Shapes of one count but other extents or rank differ")
    func differentShapes() {
        let shapes: [Shape] = [[12], [1, 12], [12, 1], [3, 4], [4, 3], [2, 6], [2, 2, 3], [1, 2, 2, 3]]
        #expect(Set(shapes).count == shapes.count)
        #expect(Shape(rows: 3, columns: 4) == [3, 4])
    }

    @Test("Rows and reshaped arrays share the bytes and keep the order")
    func views() {
        let array = NDArray((0..<12).map { Float($0) }, shape: [4, 3])
        #expect(array.rows(1..<3).elements == [3, 4, 5, 6, 7, 8])
        #expect(array.rows(2..<2).elements == [])
        #expect(array.reshaped([2, 6]).rows(1..<2).elements == [6, 7, 8, 9, 10, 11])
        #expect(NDArray(scalar: 5).scalar == 5)
    }

    @Test("An array over borrowed memory keeps its owner alive, and lets go of it")
    func borrowed() {
        final class Owner {
            let base = UnsafeMutablePointer<Float>.allocate(capacity: 3)
            init() { base.initialize(repeating: 4, count: 3) }
            deinit { base.deallocate() }
        }
        weak var owner: Owner?
        var array: NDArray?
        do {
            let made = Owner()
            owner = made
            array = NDArray(borrowing: made.base, shape: [3], owner: made)
        }
        #expect(owner != nil && array?.elements == [4, 4, 4])
        array = nil
        #expect(owner == nil)
    }

    @Test("An array that no one else holds is continued in place, a shared one is copied and counted")
    func continuing() {
        var alone: NDArray? = NDArray([1, 2], shape: [2])
        let address = alone?.withUnsafeElements { UInt(bitPattern: $0.baseAddress) }
        let continued = MutableArray(continuing: &alone)
        #expect(alone == nil)
        #expect(continued.withUnsafeMutableElements { UInt(bitPattern: $0.baseAddress) } == address)
        let before = MutableArray.copyCount
        let shared = NDArray([1, 2], shape: [2])
        var other: NDArray? = shared
        MutableArray(continuing: &other).fill(with: 7)
        #expect(shared.elements == [1, 2])
        #expect(MutableArray.copyCount > before)
    }

    @Test("Borrowed memory is never written to: adding to it copies")
    func borrowedIsCopied() {
        final class Owner {
            let base = UnsafeMutablePointer<Float>.allocate(capacity: 2)
            init() { base.initialize(repeating: 1, count: 2) }
            deinit { base.deallocate() }
        }
        let owner = Owner()
        var array: NDArray? = NDArray(borrowing: owner.base, shape: [2], owner: owner)
        MutableArray(continuing: &array).fill(with: 7)
        #expect(owner.base[0] == 1 && owner.base[1] == 1)
    }

    @Test("A size class holds what is asked and wastes at most a quarter, from 16 floats on")
    func sizeClasses() {
        let counts = Array(0...5_000) + (0..<40).flatMap { power in [-1, 0, 1].map { (1 << power) + $0 } }
        for count in counts where count >= 0 {
            let sizeClass = BufferPool.sizeClass(count: count)
            let capacity = BufferPool.capacity(sizeClass: sizeClass)
            #expect(capacity >= count)
            #expect(capacity <= max(16, count + count / 4), "\(count) floats in a block of \(capacity)")
            #expect(BufferPool.sizeClass(count: capacity) == sizeClass, "a full block is of its own class")
        }
    }

    @Test("Blocks are aligned to 64 bytes, counted while live, and reused")
    func pool() {
        let size = 777_777  // a class that no other test uses
        let address = { () -> UInt in
            let array = MutableArray(shape: [size])
            return array.withUnsafeMutableElements { UInt(bitPattern: $0.baseAddress) }
        }()
        #expect(address % 64 == 0)
        let again = MutableArray(shape: [size])
        #expect(again.withUnsafeMutableElements { UInt(bitPattern: $0.baseAddress) } == address)
        #expect(BufferPool.shared.statistics.liveBytes >= size * 4)
    }

    @Test("Segments know their rows, positions and last rows")
    func segments() {
        let segments = Segments(lengths: [3, 1, 2])
        #expect(segments.offsets == [0, 3, 4, 6] && segments.count == 3 && segments.rowCount == 6)
        #expect((0..<3).map(segments.rows) == [0..<3, 3..<4, 4..<6])
        #expect(segments.positions == [0, 1, 2, 0, 0, 1] && segments.lastRows == [2, 3, 5])
        let decoding = Segments(offsets: [0, 1, 3], past: [7, 2], slots: [4, 0])
        #expect(decoding.positions == [7, 2, 3] && decoding.slots == [4, 0])
        let empty = Segments(lengths: [])
        #expect(empty.count == 0 && empty.rowCount == 0 && empty.positions.isEmpty)
        #expect(Segments(lengths: [2, 0, 1]).positions == [0, 1, 0])
    }
}
