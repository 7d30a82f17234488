import Inference

extension Generator {
    /// Returns the completions that beam search finds.
    func beamSearch(
        _ request: CompletionRequest, beams: Int, lengthPenalty: Double = 1, rejecting: HeadlineRejection? = nil
    ) throws(GenerationError) -> [Completion] {
        try complete(request.searching(beams: beams, lengthPenalty: lengthPenalty), rejecting: rejecting)
    }
}

extension CompletionRequest {
    /// Returns the request with a beam search in place of draws.
    func searching(beams: Int, lengthPenalty: Double = 1) -> CompletionRequest {
        var request = self
        request.beamSearch = BeamSearchOptions(beams: beams, lengthPenalty: lengthPenalty)
        return request
    }
}

extension LogitsProcessor {
    /// Changes an array of scores.
    func apply(to scores: inout [Float], prompt: [Int32], completion: [Int32], mayEnd: Bool) {
        scores.withUnsafeMutableBufferPointer {
            var row = ScoreRow()
            row.open($0)
            apply(to: &row, TokenHistory(prompt: prompt, completion: completion), mayEnd: mayEnd)
        }
    }
}

extension Sampler {
    /// Draws from an array of scores.
    func next(_ scores: [Float], stream: UInt64, position: Int) -> Int32 {
        scores.withUnsafeBufferPointer { next($0, stream: stream, position: position) }
    }
}
