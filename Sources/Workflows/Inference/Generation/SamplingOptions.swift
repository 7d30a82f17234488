import Files
public import Text

/// How the next token is chosen from the model's logits, and when a completion ends.
public struct SamplingOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the likeliest token.
    public var temperature: Double
    /// How many of the likeliest tokens stay in the draw; 0 keeps all.
    public var topK: Int
    /// The draw keeps the fewest tokens whose probabilities reach this sum (Holtzman et al. 2020); 1 keeps all.
    public var topP: Double
    /// The draw keeps tokens of at least this share of the likeliest one's probability (Nguyen et al. 2024); 0 keeps all.
    public var minP = 0.0
    /// Divides the positive and multiplies the negative logits of tokens that have occurred (Keskar et al. 2019); 1 does nothing.
    public var repetitionPenalty: Double
    /// Taken from the logits of tokens that the completion holds already, however often; 0 does nothing.
    public var presencePenalty = 0.0
    /// No run of this many tokens occurs twice in prompt and completion; 0 allows all.
    public var noRepeatNGram = 0
    /// Words that are not written: as given, in lower and upper case and with a capital, at the beginning of a word. A word that
    /// merely begins with the tokens of one of these is not written either.
    public var bannedWords: [String] = []
    /// A completion ends before the first of these.
    public var stopStrings: [String] = []
    /// A completion ends before a line break, as a headline does.
    public var endsAtNewline = true
    /// Neither the end of the headline nor a line break that ends it is chosen while a quotation mark is open, and what is open
    /// is closed when just as many tokens are left: double quotation marks, and single ones that are curly.
    public var balancesQuotes = false
    /// Neither the end of the headline nor a line break that ends it is chosen before this many tokens.
    public var minimumNewTokens = 0
    /// The most tokens that are added to a prompt.
    public var maximumNewTokens: Int
    /// Candidate c draws from the stream (seed, c), whatever else is generated beside it.
    public var seed: UInt64

    /// The values that suit headlines: some variety, few accidents, and an end well above the longest headline.
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

    /// Throws for the first value out of range, naming it as the command line does.
    public func check() throws(GenerationError) {
        func require(_ holds: Bool, _ name: String, _ found: Any, _ expected: String) throws(GenerationError) {
            if !holds { throw GenerationError("\(name) is \(found), expected \(expected)") }
        }
        try require(temperature.isFinite && temperature >= 0, "temperature", temperature, "a number from 0 on")
        try require(topK >= 0, "top-k", topK, "a whole number from 0 on")
        try require(topP > 0 && topP <= 1, "top-p", topP, "a number above 0 and at most 1")
        try require(minP >= 0 && minP <= 1, "min-p", minP, "a number from 0 to 1")
        try require(
            repetitionPenalty >= 0.01 && repetitionPenalty <= 100, "repetition penalty", repetitionPenalty,
            "a number from 0.01 to 100")
        try require(
            presencePenalty >= -100 && presencePenalty <= 100, "presence penalty", presencePenalty,
            "a number from -100 to 100")
        try require(noRepeatNGram >= 0, "length of runs not to repeat", noRepeatNGram, "a whole number from 0 on")
        try require(!bannedWords.contains(""), "a banned word", "empty", "at least one character")
        try require(!stopStrings.contains(""), "a stop string", "empty", "at least one character")
        try require(maximumNewTokens > 0, "maximum of new tokens", maximumNewTokens, "at least 1")
        try require(
            (0...maximumNewTokens).contains(minimumNewTokens), "minimum of new tokens", minimumNewTokens,
            "a whole number from 0 to the maximum of \(maximumNewTokens)")
    }
}

/// A request that cannot be answered as asked.
public struct GenerationError: ReportableError, Equatable {
    public let description: String
    public let category: ErrorCategory

    public init(_ description: String, category: ErrorCategory = .invalidRequest) {
        (self.description, self.category) = (description, category)
    }

    /// Of a model that computes something else than numbers.
    static let notFinite = GenerationError(
        "the model's logits are not finite numbers, so no token can be chosen; its weights are damaged, or its training"
            + " diverged", category: .invalidInput)
}
