import CKernels
import Preconditions

extension NDArray {
    /// The mean of the rows of each segment: `[N, C]` → `[S, C]`. Traps on an empty segment.
    public func segmentMean(_ segments: Segments) -> NDArray {
        let columns = shape.columns
        require(shape.rows == segments.rowCount, "segmentMean: \(shape) for \(segments.rowCount) rows in segments")
        segments.requireFilled()
        let out = MutableArray(shape: Shape(rows: segments.count, columns: columns))
        segments.offsets.withUnsafeBufferPointer { offsets in
            guard let first = offsets.baseAddress else { return }
            Parallelism.run(segments.count, grain: segmentGrain(columns: columns)) { range in
                hk_segment_means(pointer, first, out.pointer, range.lowerBound, range.upperBound, columns)
            }
        }
        return out.frozen()
    }
}

extension MutableArray {
    /// Sets this array, `[N, C]`, to the pullback of ``NDArray/segmentMean(_:)`` for `dy`, `[S, C]`, or adds it if `accumulate`.
    public func setSegmentMeanPullback(_ dy: NDArray, _ segments: Segments, accumulate: Bool) {
        let columns = shape.columns
        require(
            shape.rows == segments.rowCount && dy.shape == Shape(rows: segments.count, columns: columns),
            "segmentMean pullback: \(dy.shape) into \(shape) for \(segments.count) segments")
        segments.offsets.withUnsafeBufferPointer { offsets in
            guard let first = offsets.baseAddress else { return }
            Parallelism.run(segments.count, grain: segmentGrain(columns: columns)) { range in
                hk_segment_means_backward(
                    dy.pointer, first, pointer, accumulate, range.lowerBound, range.upperBound, columns)
            }
        }
    }
}

/// The number of segments per chunk, assuming about 16 tokens per headline.
private func segmentGrain(columns: Int) -> Int { max(1, Parallelism.rowGrain(columns: columns) / 16) }
