import Tokenization

/// The text of a completion as its tokens come, watched for stop strings and open quotation marks.
struct CompletionText {
    /// All that has been written, up to a stop string.
    private(set) var text = ""
    /// The stop string that was met.
    private(set) var stopString: String?
    private var decoder: ByteLevelBPEStreamingDecoder
    private let stopStrings: [String]
    private let prompt: String
    /// How much of `text` has been handed out, in bytes.
    private var handedOut = 0

    init(_ tokenizer: ByteLevelBPE, prompt: String, stopStrings: [String]) {
        decoder = ByteLevelBPEStreamingDecoder(tokenizer)
        self.prompt = prompt
        self.stopStrings = stopStrings
    }

    /// Takes the next token.
    mutating func append(_ token: Int32) {
        text += decoder.append(token)
        cutAtStopString()
    }

    /// Takes the end: a character that was never completed becomes U+FFFD.
    mutating func finish() {
        if stopString == nil { text += decoder.finish() }
        cutAtStopString()
    }

    private mutating func cutAtStopString() {
        let bytes = Array(text.utf8)
        var first: (index: Int, string: String)?
        for string in stopStrings {
            let wanted = Array(string.utf8)
            guard bytes.count >= wanted.count else { continue }
            let found = (0...bytes.count - wanted.count).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
            if let found, found < first?.index ?? .max { first = (found, string) }
        }
        guard let first else { return }
        stopString = first.string
        text = String(decoding: bytes[..<first.index], as: UTF8.self)
    }

    /// What can be shown now that was not before: what may turn out to begin a stop string waits, unless the text is complete.
    mutating func takeNew(isComplete: Bool) -> String {
        let bytes = Array(text.utf8)
        var end = bytes.count
        if !isComplete {
            for string in stopStrings {
                let wanted = Array(string.utf8)
                let longest = min(wanted.count - 1, bytes.count)
                let waiting = stride(from: longest, to: 0, by: -1).first {
                    bytes.suffix($0).elementsEqual(wanted.prefix($0))
                }
                end = min(end, bytes.count - (waiting ?? 0))
            }
            // Never a part of a character.
            while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        }
        guard end > handedOut else { return "" }
        defer { handedOut = end }
        return String(decoding: bytes[handedOut..<end], as: UTF8.self)
    }

    /// Whether a double quotation mark is open in prompt and completion.
    var hasOpenQuote: Bool {
        var straight = false, curly = 0
        for scalar in (prompt + text).unicodeScalars {
            switch scalar {
            case "\"": straight.toggle()
            case "\u{201C}": curly += 1
            case "\u{201D}": curly = max(0, curly - 1)
            default: break
            }
        }
        return straight || curly > 0
    }
}
