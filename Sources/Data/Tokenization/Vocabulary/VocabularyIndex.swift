import Files
import Text

/// Entries by their spelling, for making a tokenizer.
struct VocabularyIndex {
    private let ids: [ByteString: Int32]

    init(_ tokens: [String]) throws(TokenizationError) {
        var ids: [ByteString: Int32] = [:]
        ids.reserveCapacity(tokens.count)
        for (id, token) in tokens.enumerated() {
            if let first = ids.updateValue(Int32(id), forKey: ByteString(token)) {
                throw TokenizationError(
                    "the entry \"\(token.prefix(80))\" has the ids \(first) and \(id); expected one id for each entry")
            }
        }
        self.ids = ids
    }

    /// Returns the entry with the given spelling.
    ///
    /// - Parameter role: the purpose of the entry, for the error.
    func id(of token: String, as role: String) throws(TokenizationError) -> Int32 {
        guard let id = ids[ByteString(token)] else {
            throw TokenizationError("the \(role) \"\(token.prefix(80))\" is not in the vocabulary")
        }
        return id
    }

    /// Returns the entry of each byte.
    func byteIDs() throws(TokenizationError) -> [Int32] {
        var result: [Int32] = []
        var missing: [UInt8] = []
        for (byte, scalar) in ByteLevelAlphabet.scalars.enumerated() {
            if let id = ids[ByteString(String(scalar))] { result.append(id) } else { missing.append(UInt8(byte)) }
        }
        guard missing.isEmpty else {
            let first = missing.prefix(5).map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
            throw TokenizationError(
                "\(missing.count) of the 256 bytes have no entry in the vocabulary (\(first)"
                    + "\(missing.count > 5 ? ", …" : "")); a byte-level vocabulary needs all of them")
        }
        return result
    }

    func merges(
        _ spelled: [(left: String, right: String)], special: Set<Int32>
    ) throws(TokenizationError) -> ByteLevelBPEMerges {
        var pairs: [ByteLevelBPEMerges.Pair] = []
        var results: [Int32] = []
        for (rank, merge) in spelled.enumerated() {
            let name = { "merge \(rank + 1), \"\(merge.left.prefix(80)) \(merge.right.prefix(80))\"" }
            guard let left = ids[ByteString(merge.left)], let right = ids[ByteString(merge.right)] else {
                let part = ids[ByteString(merge.left)] == nil ? merge.left : merge.right
                throw TokenizationError(
                    "\(name()): \"\(part.prefix(80))\" is not in the vocabulary; vocabulary and merges must belong to the same model"
                )
            }
            guard let result = ids[ByteString(merge.left + merge.right)] else {
                throw TokenizationError(
                    "\(name()): its result is not in the vocabulary; vocabulary and merges must belong to the same model"
                )
            }
            guard !special.contains(result) else {
                throw TokenizationError(
                    "\(name()): it makes a special token, which no text may be encoded as; remove the merge")
            }
            pairs.append(ByteLevelBPEMerges.Pair(left: left, right: right))
            results.append(result)
        }
        var duplicate = 0
        guard let merges = ByteLevelBPEMerges(pairs: pairs, results: results, duplicate: &duplicate) else {
            let merge = spelled[duplicate]
            throw TokenizationError(
                "merge \(duplicate + 1), \"\(merge.left.prefix(80)) \(merge.right.prefix(80))\": it is listed twice")
        }
        return merges
    }
}
