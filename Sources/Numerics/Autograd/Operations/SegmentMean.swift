public import NumericCore

extension Tensor {
    /// The mean of the rows of each segment: `[N, C]` → `[S, C]`. Traps on an empty segment.
    public func segmentMean(_ segments: Segments) -> Tensor {
        let place = self.place
        return .result("segmentMean", of: self, value: value.segmentMean(segments)) { dOutput, gradients in
            gradients.add(to: place) { dInput, accumulate in
                dInput.setSegmentMeanPullback(dOutput, segments, accumulate: accumulate)
            }
        }
    }
}
