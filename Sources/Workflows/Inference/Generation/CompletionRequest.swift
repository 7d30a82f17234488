/// A prompt and the completions that are wanted for it.
public struct CompletionRequest: Sendable, Hashable, Codable {
    /// The beginning of a headline; empty for whole headlines.
    public var prompt: String
    /// The number of candidates.
    public var count: Int
    /// The options of sampling. A beam search ignores temperature, top-k, top-p, min-p and the seed.
    public var options: SamplingOptions
    /// True if candidates come best first, by their mean log-probability; otherwise they come in the order of their random
    /// streams, or of the scores of beam search.
    public var isRanked = false
    /// The beam search that finds the candidates; `nil` draws them.
    public var beamSearch: BeamSearchOptions?

    /// Creates a request for drawn candidates.
    public init(_ prompt: String, count: Int = 1, options: SamplingOptions = SamplingOptions()) {
        self.prompt = prompt
        self.count = count
        self.options = options
    }

    /// Decodes a request; everything but the prompt has a default.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(String.self, forKey: .prompt),
            count: try values.decodeIfPresent(Int.self, forKey: .count) ?? 1,
            options: try values.decodeIfPresent(SamplingOptions.self, forKey: .options) ?? SamplingOptions())
        isRanked = try values.decodeIfPresent(Bool.self, forKey: .isRanked) ?? false
        beamSearch = try values.decodeIfPresent(BeamSearchOptions.self, forKey: .beamSearch)
    }

    /// The prompt as it is continued, without white space at its end: a headline never ends in white space, and "discover "
    /// would be continued by a word without its own space.
    public var continuedPrompt: String {
        var scalars = prompt.unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Throws for the first option or number out of range, naming it in words. Only a model can tell whether it has room for
    /// the prompt.
    public func check(_ limits: GenerationLimits = GenerationLimits()) throws(GenerationError) {
        try options.check()
        guard options.maximumNewTokens <= limits.newTokensPerRequest else {
            throw .invalidOption(
                name: "maximum of new tokens", found: "\(options.maximumNewTokens)",
                expected: "at most \(limits.newTokensPerRequest)")
        }
        let name = "the number of completions"
        guard (1...limits.candidatesPerRequest).contains(count) else {
            throw .invalidOption(
                name: name, found: "\(count)", expected: "a whole number from 1 to \(limits.candidatesPerRequest)")
        }
        guard let beamSearch else { return }
        guard beamSearch.lengthPenalty.isFinite else {
            throw .invalidOption(
                name: "length penalty", found: "\(beamSearch.lengthPenalty)", expected: "a finite number")
        }
        let maximumBeams = min(limits.beams, limits.liveCandidates)
        guard (1...maximumBeams).contains(beamSearch.beams) else {
            throw .invalidOption(
                name: "the number of beams", found: "\(beamSearch.beams)",
                expected: "a whole number from 1 to \(maximumBeams)")
        }
        guard count <= beamSearch.beams else {
            throw .invalidOption(
                name: name, found: "\(count)", expected: "at most that of the beams, \(beamSearch.beams)")
        }
    }
}

/// A search for the likeliest completions, in place of draws.
public struct BeamSearchOptions: Sendable, Hashable, Codable {
    /// The number of beginnings that are kept and continued side by side.
    public var beams: Int
    /// The power of its length that a completion's log-probability is divided by; above 0 it favors longer headlines.
    public var lengthPenalty: Double

    /// Creates a search with `beams` beams.
    public init(beams: Int, lengthPenalty: Double = 1) { (self.beams, self.lengthPenalty) = (beams, lengthPenalty) }

    /// Decodes a search; the length penalty defaults to 1.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            beams: try values.decode(Int.self, forKey: .beams),
            lengthPenalty: try values.decodeIfPresent(Double.self, forKey: .lengthPenalty) ?? 1)
    }
}

/// Tells whether a headline must not be the answer, such as one of the training file.
public typealias HeadlineRejection = @Sendable (_ headline: String) -> Bool
