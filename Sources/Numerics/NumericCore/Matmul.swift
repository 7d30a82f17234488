import COpenBLAS
import Preconditions

/// The way a factor of a product is read: as stored, or transposed.
public enum Orientation: Sendable {
    /// As stored.
    case notTransposed
    /// With rows and columns exchanged.
    case transposed
}

/// `c = op(a) op(b)`, or `c += op(a) op(b)` when `accumulate`. The only caller of BLAS.
///
/// The product is cut into tiles fixed by its shape alone, never along the summed dimension, and each tile is one
/// single-threaded BLAS call: the bits of the result do not depend on the number of threads.
///
/// - Parameters:
///   - a: `[M, K]`, or `[K, M]` when transposed.
///   - b: `[K, N]`, or `[N, K]` when transposed.
///   - c: `[M, N]`.
///
/// Traps when the extents do not fit, naming all three shapes. Arrays of other ranks count as rows of their last extent.
public func matmul(
    _ a: NDArray, _ aOrientation: Orientation, _ b: NDArray, _ bOrientation: Orientation, into c: MutableArray,
    accumulate: Bool
) {
    let (m, k) = aOrientation == .notTransposed ? (a.shape.rows, a.shape.columns) : (a.shape.columns, a.shape.rows)
    let (kb, n) = bOrientation == .notTransposed ? (b.shape.rows, b.shape.columns) : (b.shape.columns, b.shape.rows)
    require(
        k == kb && c.shape.rows == m && c.shape.columns == n,
        "matmul: \(a.shape) \(aOrientation) times \(b.shape) \(bOrientation) into \(c.shape)")
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
        if !accumulate { c.pointer.update(repeating: 0, count: m * n) }
        return
    }
    Parallelism.singleThreadedBLAS
    let tiles = Tiling(rows: m, columns: n, depth: k)
    let product = Product(
        a: a.pointer, b: b.pointer, c: c.pointer, lda: a.shape.columns, ldb: b.shape.columns, ldc: n, depth: k,
        aOrientation: aOrientation, bOrientation: bOrientation, beta: accumulate ? 1 : 0)
    Parallelism.run(tiles.count) { index in product.compute(tiles[index]) }
}

/// The cut of a product into rectangles of its result, a function of its extents only.
struct Tiling {
    struct Tile { let rows: Range<Int>, columns: Range<Int> }

    private let rows: Int, columns: Int
    private let rowTiles: Int, columnTiles: Int

    /// The number of multiply-adds up to which a product is one tile: handing it out would cost more than it saves.
    static let maximumUncut = 1 << 20
    /// The number of tiles that every larger product is cut into if its sides allow, so that a few threads share it evenly.
    static let minimumTiles = 8
    /// The maximum number of multiply-adds of a tile; a product of more is cut further.
    static let maximumTile = 512 << 20
    /// No side is cut below the first to reach `minimumTiles`, nor below the second for more tiles. BLAS packs its operands
    /// again for each tile: at 128 × 96 that takes a quarter of the time, at 256 × 384 a twentieth (measured on Zen 3).
    static let minimumSides = (few: 96, many: 192)

    init(rows: Int, columns: Int, depth: Int) {
        self.rows = rows
        self.columns = columns
        let work = rows * columns * depth
        guard work > Self.maximumUncut else {
            (rowTiles, columnTiles) = (1, 1)
            return
        }
        let wanted = max(Self.minimumTiles, (work + Self.maximumTile - 1) / Self.maximumTile)
        var parts = (rows: 1, columns: 1)
        while parts.rows * parts.columns < wanted {
            // The longer side is halved, since square tiles pack the least.
            let side = (rows: rows / parts.rows, columns: columns / parts.columns)
            let minimum =
                2 * (parts.rows * parts.columns < Self.minimumTiles ? Self.minimumSides.few : Self.minimumSides.many)
            if side.columns >= side.rows, side.columns >= minimum {
                parts.columns *= 2
            } else if side.rows >= minimum {
                parts.rows *= 2
            } else if side.columns >= minimum {
                parts.columns *= 2
            } else {
                break
            }
        }
        (rowTiles, columnTiles) = parts
    }

    var count: Int { rowTiles * columnTiles }

    subscript(index: Int) -> Tile {
        Tile(
            rows: Self.part(index / columnTiles, of: rowTiles, extent: rows),
            columns: Self.part(index % columnTiles, of: columnTiles, extent: columns))
    }

    /// The `index`-th of `parts` nearly equal parts, with bounds on multiples of 16 so that vectors are whole.
    private static func part(_ index: Int, of parts: Int, extent: Int) -> Range<Int> {
        func bound(_ i: Int) -> Int { i >= parts ? extent : min(extent, (extent * i / parts + 15) / 16 * 16) }
        return bound(index)..<bound(index + 1)
    }
}

/// The operands of one product by address; lives only during the call that made it.
private struct Product {
    let a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>
    let lda: Int, ldb: Int, ldc: Int, depth: Int
    let aOrientation: Orientation, bOrientation: Orientation
    let beta: Float

    func compute(_ tile: Tiling.Tile) {
        guard !tile.rows.isEmpty, !tile.columns.isEmpty else { return }
        let firstA = aOrientation == .notTransposed ? a + tile.rows.lowerBound * lda : a + tile.rows.lowerBound
        let firstB = bOrientation == .notTransposed ? b + tile.columns.lowerBound : b + tile.columns.lowerBound * ldb
        cblas_sgemm(
            CblasRowMajor, aOrientation == .notTransposed ? CblasNoTrans : CblasTrans,
            bOrientation == .notTransposed ? CblasNoTrans : CblasTrans, blasint(tile.rows.count),
            blasint(tile.columns.count), blasint(depth), 1, firstA, blasint(lda), firstB, blasint(ldb), beta,
            c + tile.rows.lowerBound * ldc + tile.columns.lowerBound, blasint(ldc))
    }
}
