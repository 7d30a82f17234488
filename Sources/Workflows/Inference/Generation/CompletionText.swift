import Tokenization

/// The text of a completion as its tokens come, watched for stop strings, line breaks and open quotation marks.
struct CompletionText {
    /// The text so far, up to a stop string or a line break that ends it.
    private(set) var text = ""
    /// The reason why the completion ends, once a stop string or a line break was met.
    private(set) var ending: Completion.Ending?
    private let tokenizer: ByteLevelBPE
    private var decoder: ByteLevelBPEStreamingDecoder
    private let stops: [(bytes: [UInt8], ending: Completion.Ending)]
    private let prompt: String
    /// The number of bytes of `text` that have been handed out.
    private var handedOut = 0
    /// The tokens still to come of those that close open quotation marks at the end of the capacity.
    private var closing: [Int32] = []

    init(_ tokenizer: ByteLevelBPE, prompt: String, options: SamplingOptions) {
        self.tokenizer = tokenizer
        decoder = ByteLevelBPEStreamingDecoder(tokenizer)
        self.prompt = prompt
        stops =
            options.stopStrings.map { (Array($0.utf8), .stopString($0)) }
            + (options.endsAtNewline ? [(Array("\n".utf8), .newline), (Array("\r".utf8), .newline)] : [])
    }

    /// Adds the next token.
    mutating func append(_ token: Int32) {
        text += decoder.append(token)
        cutAtEnding()
    }

    /// Adds the end: a character that was never completed becomes U+FFFD.
    mutating func finish() {
        if ending == nil { text += decoder.finish() }
        cutAtEnding()
    }

    private mutating func cutAtEnding() {
        let bytes = Array(text.utf8)
        var first: (index: Int, ending: Completion.Ending)?
        for stop in stops where bytes.count >= stop.bytes.count {
            let found = (0...bytes.count - stop.bytes.count).first {
                bytes[$0..<$0 + stop.bytes.count].elementsEqual(stop.bytes)
            }
            if let found, found < first?.index ?? .max { first = (found, stop.ending) }
        }
        guard let first else { return }
        ending = first.ending
        text = String(decoding: bytes[..<first.index], as: UTF8.self)
    }

    /// Returns the text that can be shown now and was not before. What may turn out to begin a stop string waits, unless the
    /// text is complete.
    mutating func takeNew(isComplete: Bool) -> String {
        let bytes = Array(text.utf8)
        var end = bytes.count
        if !isComplete {
            for (wanted, _) in stops {
                let longest = min(wanted.count - 1, bytes.count)
                let waiting = stride(from: longest, to: 0, by: -1).first {
                    bytes.suffix($0).elementsEqual(wanted.prefix($0))
                }
                end = min(end, bytes.count - (waiting ?? 0))
            }
            // Never part of a character.
            while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        }
        guard end > handedOut else { return "" }
        defer { handedOut = end }
        return String(decoding: bytes[handedOut..<end], as: UTF8.self)
    }

    /// True if a quotation mark is open in prompt and completion.
    var hasOpenQuote: Bool { !closingQuotes(of: prompt + text).isEmpty }

    /// The tokens that close the quotation marks that are open in prompt and completion.
    private var closingTokens: [Int32] {
        let marks = closingQuotes(of: prompt + text)
        return marks.isEmpty ? [] : tokenizer.encode(marks)
    }

    /// Returns the token that has to come now, so that open quotation marks are closed; `nil` while there is room for others.
    /// - Parameter capacity: the number of tokens that can still be added.
    mutating func takeClosingToken(capacity: Int) -> Int32? {
        if closing.isEmpty {
            let tokens = closingTokens
            if tokens.count >= capacity { closing = tokens }
        }
        return closing.isEmpty ? nil : closing.removeFirst()
    }

    /// Returns true if the quotation marks that are open after `token` can still be closed.
    /// - Parameter capacity: the number of tokens that can still be added, `token` among them.
    func canClose(after token: Int32, capacity: Int) -> Bool {
        var next = self
        next.append(token)
        return next.closingTokens.count < capacity
    }
}
