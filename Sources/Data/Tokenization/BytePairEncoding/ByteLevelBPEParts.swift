import Files
import Text

/// The parts of a tokenizer as the files of a folder have them, before they are checked against each other.
struct ByteLevelBPEParts {
    var vocabulary: VocabularyListing
    var merges: [(left: String, right: String)]
    /// The spelling of the tokens that the post-processor puts before each text.
    var prefix: [String] = []

    /// Splits merges that are spelled "left right"; lines that begin with `#version` are skipped, as in `tokenizers`.
    static func merges(
        spelled lines: some Sequence<String>
    ) throws(TokenizationError) -> [(left: String, right: String)] {
        var result: [(left: String, right: String)] = []
        var number = 0
        for line in lines {
            number += 1
            if line.utf8.starts(with: "#version".utf8) { continue }
            let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, let left = String(parts[0]), let right = String(parts[1])
            else {
                throw TokenizationError(
                    "merge in line \(number): expected two entries with one space between, found \"\(line.prefix(80))\""
                )
            }
            result.append((left, right))
        }
        return result
    }

    /// Returns the tokenizer of these parts.
    ///
    /// - Parameter endOfText: the spelling of the token that ends a text; `nil` takes `<|endoftext|>` if it is there.
    func tokenizer(endOfText: String?) throws(TokenizationError) -> ByteLevelBPE {
        let ids = try vocabulary.ids()
        let tokens = try VocabularyListing.inOrder(ids)
        var special = Set(vocabulary.added.map { Int32($0.id) })
        let endID = ids[ByteString(endOfText ?? ByteLevelBPE.endOfTextToken)].map { Int32($0) }
        if let endOfText, endID == nil {
            throw TokenizationError("the end token \"\(endOfText.prefix(80))\" is not in the vocabulary")
        }
        if let endID { special.insert(endID) }
        var prefixIDs: [Int32] = []
        for token in prefix {
            guard let id = ids[ByteString(token)] else {
                throw TokenizationError(
                    "the post-processor adds \"\(token.prefix(80))\", which is not in the vocabulary")
            }
            prefixIDs.append(Int32(id))
        }
        return try ByteLevelBPE(
            tokens: tokens, merges: merges, specialTokens: Array(special.union(prefixIDs)), endOfText: endID,
            prefix: prefixIDs)
    }
}
