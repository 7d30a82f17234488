import Files

/// What the files of a folder say about a tokenizer, before it is put together.
struct ByteLevelBPEParts {
    /// The vocabulary as the file lists it.
    var vocabulary: [(key: String, value: JSONValue)]
    var merges: [(left: String, right: String)]
    /// Tokens that were added to the vocabulary after training; often they are in the vocabulary too.
    var added: [AddedToken] = []
    /// The spelling of the tokens that the post-processor puts before each text.
    var prefix: [String] = []

    struct AddedToken {
        let id: Int
        let content: String
    }

    /// Reads one element of `added_tokens`; `id` is given where the file has it as a name instead.
    static func addedToken(_ value: JSONValue, id: Int? = nil) throws(TokenizationError) -> AddedToken {
        guard let content = value["content"]?.string, let id = id ?? value["id"]?.integer else {
            throw TokenizationError("an added token has no \"content\" or no integer \"id\"")
        }
        guard value["special"]?.boolean == true else {
            throw TokenizationError(
                "the added token \"\(content.prefix(80))\" is not marked special; tokens that are cut out of ordinary "
                    + "text are not supported, only special ones")
        }
        return AddedToken(id: id, content: content)
    }

    /// Splits merges that are spelled "left right"; lines that begin with `#version` are none, as in `tokenizers`.
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

    /// The tokenizer of these parts.
    ///
    /// - Parameter endOfText: The spelling of the token that ends a text, `nil` to take `<|endoftext|>` if it is there.
    func tokenizer(endOfText: String?) throws(TokenizationError) -> ByteLevelBPE {
        let ids = try idsBySpelling()
        let tokens = try Self.inOrder(ids)
        var special = Set(added.map { Int32($0.id) })
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

    /// The id of each entry and added token.
    private func idsBySpelling() throws(TokenizationError) -> [ByteString: Int] {
        var ids: [ByteString: Int] = [:]
        ids.reserveCapacity(vocabulary.count)
        for (token, value) in vocabulary {
            guard let id = value.integer else {
                throw TokenizationError("the id of \"\(token.prefix(80))\" is \(value.kind), expected an integer")
            }
            ids[ByteString(token)] = id
        }
        for token in added {
            if let id = ids.updateValue(token.id, forKey: ByteString(token.content)), id != token.id {
                throw TokenizationError(
                    "the token \"\(token.content.prefix(80))\" has the id \(id) in the vocabulary and \(token.id) "
                        + "among the added tokens")
            }
        }
        return ids
    }

    /// The entries in the order of their ids, which have to be 0, 1, 2, … without a hole.
    private static func inOrder(_ ids: [ByteString: Int]) throws(TokenizationError) -> [String] {
        var tokens = [String?](repeating: nil, count: ids.count)
        for (token, id) in ids {
            guard tokens.indices.contains(id) else {
                throw TokenizationError(
                    "\"\(token.string.prefix(80))\" has the id \(id), but of \(ids.count) entries the ids have to be "
                        + "0 to \(ids.count - 1) without a hole")
            }
            if let other = tokens[id] {
                let both = [other, token.string].sorted().map { "\"\($0.prefix(80))\"" }.joined(separator: " and ")
                throw TokenizationError("\(both) have the same id \(id); expected one entry for each id")
            }
            tokens[id] = token.string
        }
        return tokens.compactMap { $0 }
    }
}
