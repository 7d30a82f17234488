/// The options that decide which token comes next, and when a completion ends.
public struct SamplingOptions: Sendable, Hashable, Codable {
    /// The divisor of the logits; 0 always picks the most likely token.
    public var temperature: Double
    /// The number of most likely tokens to sample from; 0 turns this off.
    public var topK: Int
    /// The probability that the sampled tokens must reach together: the fewest that do stay (Holtzman et al. 2020); 1 keeps
    /// all.
    public var topP: Double
    /// The least probability of a sampled token, as a share of the most likely one's (Nguyen et al. 2024); 0 keeps all.
    public var minP = 0.0
    /// The factor that makes tokens less likely that have occurred: it divides positive and multiplies negative logits (Keskar
    /// et al. 2019); 1 turns this off.
    public var repetitionPenalty: Double
    /// The amount subtracted from the logits of tokens that the completion contains, however often; 0 turns this off.
    public var presencePenalty = 0.0
    /// The length of runs of tokens that never occur twice in prompt and completion; 0 allows all.
    public var noRepeatNGram = 0
    /// The words that are never written: as given, in lower and upper case and capitalized, at the beginning of a word. A word
    /// that merely begins with the tokens of one of these is not written either.
    public var bannedWords: [String] = []
    /// The strings before which a completion ends.
    public var stopStrings: [String] = []
    /// True if a completion ends before a line break, as a headline does.
    public var endsAtNewline = true
    /// True if a headline never ends inside a quotation: neither its end nor a line break that ends it is chosen while a
    /// quotation mark is open, and open marks are closed when only as many tokens are left. Counts double quotation marks, and
    /// single ones that are curly.
    public var balancesQuotes = false
    /// The fewest tokens before the end of the headline, or a line break that ends it.
    public var minimumNewTokens = 0
    /// The most tokens that are added to a prompt.
    public var maximumNewTokens: Int
    /// The seed of the draws: candidate c draws from the stream (seed, c), whatever else is generated at the same time.
    public var seed: UInt64

    /// Creates options. The defaults suit headlines: some variety, few accidents, and a limit well above the longest headline.
    public init(
        temperature: Double = 0.8, topK: Int = 40, topP: Double = 0.95, repetitionPenalty: Double = 1.1,
        maximumNewTokens: Int = 32, seed: UInt64 = 1
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.repetitionPenalty = repetitionPenalty
        self.maximumNewTokens = maximumNewTokens
        self.seed = seed
    }

    /// Decodes options; each that is absent keeps its default.
    public init(from decoder: any Decoder) throws {
        self.init()
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func take<Value: Decodable>(_ key: CodingKeys, _ path: WritableKeyPath<Self, Value>) throws {
            if let value = try values.decodeIfPresent(Value.self, forKey: key) { self[keyPath: path] = value }
        }
        try take(.temperature, \.temperature)
        try take(.topK, \.topK)
        try take(.topP, \.topP)
        try take(.minP, \.minP)
        try take(.repetitionPenalty, \.repetitionPenalty)
        try take(.presencePenalty, \.presencePenalty)
        try take(.noRepeatNGram, \.noRepeatNGram)
        try take(.bannedWords, \.bannedWords)
        try take(.stopStrings, \.stopStrings)
        try take(.endsAtNewline, \.endsAtNewline)
        try take(.balancesQuotes, \.balancesQuotes)
        try take(.minimumNewTokens, \.minimumNewTokens)
        try take(.maximumNewTokens, \.maximumNewTokens)
        try take(.seed, \.seed)
    }

    /// Throws for the first value out of range, naming it in words.
    public func check() throws(GenerationError) {
        func check(_ holds: Bool, _ name: String, _ found: Any, _ expected: String) throws(GenerationError) {
            if !holds { throw .invalidOption(name: name, found: "\(found)", expected: expected) }
        }
        try check(temperature.isFinite && temperature >= 0, "temperature", temperature, "a number of at least 0")
        try check(topK >= 0, "top-k", topK, "a whole number of at least 0")
        try check(topP > 0 && topP <= 1, "top-p", topP, "a number above 0 and at most 1")
        try check(minP >= 0 && minP <= 1, "min-p", minP, "a number from 0 to 1")
        try check(
            repetitionPenalty >= 0.01 && repetitionPenalty <= 100, "repetition penalty", repetitionPenalty,
            "a number from 0.01 to 100")
        try check(
            presencePenalty >= -100 && presencePenalty <= 100, "presence penalty", presencePenalty,
            "a number from -100 to 100")
        try check(
            noRepeatNGram >= 0, "length of runs not to repeat", noRepeatNGram, "a whole number of at least 0")
        try check(!bannedWords.contains(""), "a banned word", "empty", "at least one character")
        try check(!stopStrings.contains(""), "a stop string", "empty", "at least one character")
        try check(maximumNewTokens > 0, "maximum of new tokens", maximumNewTokens, "at least 1")
        try check(
            (0...maximumNewTokens).contains(minimumNewTokens), "minimum of new tokens", minimumNewTokens,
            "a whole number from 0 to the maximum of \(maximumNewTokens)")
    }
}
