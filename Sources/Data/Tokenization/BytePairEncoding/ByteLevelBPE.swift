/// The byte-level BPE tokenizer of GPT-2 (Radford et al. 2019), id for id that of Hugging Face `tokenizers`.
///
/// A text is cut into pieces (`ByteLevelPieces`), each piece into its UTF-8 bytes, and bytes merge to longer entries of
/// the vocabulary in the order in which the merges were learned. Since every byte has an entry, every text has ids and
/// no unknown token is needed. A value is immutable and may be used from any number of threads at once.
///
/// There is no word cache, which would need a bound and a lock: 62,000 headlines take about a second on one thread without.
public struct ByteLevelBPE: Sendable {
    /// GPT-2's only special token, before and after each of its documents.
    public static let endOfTextToken = "<|endoftext|>"

    /// The entries by id, spelled in the byte-level alphabet ("Ġthe" is " the").
    public let tokens: [String]
    /// The ids of the special tokens, ascending. No text is ever encoded as one of them.
    public let specialTokens: [Int32]
    /// The special token that begins and ends a text, `nil` if the vocabulary has none.
    public let endOfText: Int32?
    /// The special tokens that the folder's post-processor puts before each text; empty for GPT-2's own files. `encode` does
    /// not add them.
    public private(set) var prefix: [Int32]

    let merges: ByteLevelBPEMerges
    /// The entry of each byte.
    private let byteIDs: [Int32]
    /// The bytes of all entries end to end; those of entry `i` are `offsets[i]..<offsets[i + 1]`.
    private let tokenBytes: [UInt8]
    private let offsets: [Int]

    /// Makes a tokenizer from the parts of a vocabulary.
    ///
    /// - Parameters:
    ///   - tokens: the entries by id, spelled in the byte-level alphabet.
    ///   - merges: the spelled parts of each merge, by descending priority.
    ///   - specialTokens: the ids of special tokens.
    ///   - endOfText: the special token that begins and ends a text.
    ///   - prefix: special tokens before each text, see `prefix`.
    /// - Throws: `TokenizationError` if an entry comes twice, a byte has no entry, the parts or the result of a merge
    ///   are not entries, a merge comes twice or makes a special token, or a special token is not an entry.
    public init(
        tokens: [String], merges: [(left: String, right: String)], specialTokens: [Int32], endOfText: Int32?,
        prefix: [Int32] = []
    ) throws(TokenizationError) {
        guard tokens.count < Int(Int32.max) else {
            throw TokenizationError("the vocabulary has \(tokens.count) entries, more than 32-bit ids can count")
        }
        let special = Set(specialTokens)
        for id in special where !tokens.indices.contains(Int(id)) {
            throw TokenizationError("the special token of id \(id) is not one of the \(tokens.count) entries")
        }
        try Self.check(prefix + (endOfText.map { [$0] } ?? []), isAmong: special)
        let index = try VocabularyIndex(tokens)
        self.tokens = tokens
        self.specialTokens = special.sorted()
        self.endOfText = endOfText
        self.prefix = prefix
        self.byteIDs = try index.byteIDs()
        self.merges = try index.merges(merges, special: special)
        var tokenBytes: [UInt8] = []
        var offsets = [0]
        offsets.reserveCapacity(tokens.count + 1)
        for token in tokens {
            tokenBytes += ByteLevelAlphabet.bytes(spelledBy: token)
            offsets.append(tokenBytes.count)
        }
        self.tokenBytes = tokenBytes
        self.offsets = offsets
    }

    /// The number of entries, special tokens included.
    public var vocabularySize: Int { tokens.count }

    /// Returns the entry with the given spelling, compared by bytes. Linear search.
    public func id(of token: String) -> Int32? {
        tokens.firstIndex { $0.utf8.elementsEqual(token.utf8) }.map { Int32($0) }
    }

    /// Returns the same vocabulary with other special tokens before each text.
    ///
    /// - Throws: `TokenizationError` if one of them is not a special token of this vocabulary.
    public func withPrefix(_ prefix: [Int32]) throws(TokenizationError) -> ByteLevelBPE {
        try Self.check(prefix, isAmong: Set(specialTokens))
        var copy = self
        copy.prefix = prefix
        return copy
    }

    private static func check(_ frame: [Int32], isAmong special: Set<Int32>) throws(TokenizationError) {
        for id in frame where !special.contains(id) {
            throw TokenizationError("id \(id) is to precede each text but is not a special token")
        }
    }

    /// The merges as pairs of spelled entries, by descending priority.
    public var spelledMerges: [(left: String, right: String)] {
        merges.pairs.map { (tokens[Int($0.left)], tokens[Int($0.right)]) }
    }

    /// Returns the ids of a text, without `prefix` and without any special token: "<|endoftext|>" in a text is plain text.
    public func encode(_ text: String) -> [Int32] {
        var text = text
        return text.withUTF8 { bytes in
            var ids: [Int32] = []
            ids.reserveCapacity(bytes.count / 3 + 1)
            var merging = ByteLevelBPEMerging()
            for piece in ByteLevelPieces(bytes) {
                merging.append(
                    UnsafeBufferPointer(rebasing: bytes[piece]), byteIDs: byteIDs, merges: merges, to: &ids)
            }
            return ids
        }
    }

    /// Returns the text of ids, special tokens included as they are spelled.
    ///
    /// Ids may cut through a character; bytes that are not UTF-8 become U+FFFD, one for each maximal part of a
    /// sequence, as in Rust's `from_utf8_lossy`, which `tokenizers` uses. An unknown id becomes U+FFFD too.
    public func decode(_ ids: some Sequence<Int32>) -> String {
        var bytes: [UInt8] = []
        for id in ids { bytes += self.bytes(of: id) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the bytes of an entry, or those of U+FFFD for an unknown id.
    public func bytes(of id: Int32) -> ArraySlice<UInt8> {
        guard tokens.indices.contains(Int(id)) else { return [0xEF, 0xBF, 0xBD] }
        return tokenBytes[offsets[Int(id)]..<offsets[Int(id) + 1]]
    }
}
