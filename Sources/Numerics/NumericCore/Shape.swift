import Preconditions

/// The extents of a row-major, contiguous array of rank 0 to 4, stored inline so that making one never allocates.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The largest rank an array may have.
    public static let maximumRank = 4

    /// The number of dimensions; 0 for a scalar.
    public let rank: Int
    private let extents: (Int, Int, Int, Int)

    /// Makes a shape from its extents, outermost first. Traps on a negative extent and on more than four of them.
    public init(_ dimensions: [Int]) {
        require(dimensions.count <= Self.maximumRank, "Shape: rank \(dimensions.count), at most 4 is supported")
        require(dimensions.allSatisfy { $0 >= 0 }, "Shape: negative extent in \(dimensions)")
        func extent(_ axis: Int) -> Int { axis < dimensions.count ? dimensions[axis] : 1 }
        rank = dimensions.count
        extents = (extent(0), extent(1), extent(2), extent(3))
    }

    /// The shape `[rows, columns]`, without the array that a literal would allocate.
    public init(rows: Int, columns: Int) {
        rank = 2
        extents = (rows, columns, 1, 1)
    }

    /// The shape of the given extents, outermost first.
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The extent along `axis`, counted from the outermost.
    public subscript(axis: Int) -> Int {
        require(axis >= 0 && axis < rank, "Shape: axis \(axis) of a shape of rank \(rank)")
        switch axis {
        case 0: return extents.0
        case 1: return extents.1
        case 2: return extents.2
        default: return extents.3
        }
    }

    /// The extents, outermost first.
    public var dimensions: [Int] { (0..<rank).map { self[$0] } }

    /// The number of elements: the product of the extents, 1 for a scalar.
    public var count: Int { extents.0 * extents.1 * extents.2 * extents.3 }

    /// The innermost extent, 1 for a scalar: the width of a row.
    public var columns: Int { rank == 0 ? 1 : self[rank - 1] }

    /// The number of rows of ``columns`` elements.
    public var rows: Int {
        switch rank {
        case 0, 1: return 1
        case 2: return extents.0
        case 3: return extents.0 * extents.1
        default: return extents.0 * extents.1 * extents.2
        }
    }

    /// The extents in brackets, as `[2, 3]`.
    public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

    /// True if rank and extents are equal.
    public static func == (a: Shape, b: Shape) -> Bool { a.rank == b.rank && a.extents == b.extents }

    /// Hashes rank and extents.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rank)
        hasher.combine(extents.0)
        hasher.combine(extents.1)
        hasher.combine(extents.2)
        hasher.combine(extents.3)
    }
}
