import Files
import JSON
import Text

/// A vocabulary as the files of a folder list it, unchecked: entries with their ids in any order, and tokens that were added
/// after training.
struct VocabularyListing {
    /// The vocabulary as the file lists it.
    var entries: [(key: String, value: JSONValue)]
    /// Tokens that were added after training; often they are in the vocabulary too.
    var added: [AddedToken] = []

    struct AddedToken {
        let id: Int
        let content: String

        /// Reads one element of `added_tokens`; `id` is given if the file has it as a key instead.
        init(_ value: JSONValue, id: Int? = nil) throws(TokenizationError) {
            guard let content = value["content"]?.string, let id = id ?? value["id"]?.integer else {
                throw TokenizationError("an added token has no \"content\" or no integer \"id\"")
            }
            guard value["special"]?.boolean == true else {
                throw TokenizationError(
                    "the added token \"\(content.prefix(80))\" is not marked special; tokens that are cut out of "
                        + "ordinary text are not supported, only special ones")
            }
            self.id = id
            self.content = content
        }
    }

    init(entries: [(key: String, value: JSONValue)]) {
        self.entries = entries
    }

    /// Reads `added_tokens` of a `tokenizer.json`.
    mutating func add(tokensOf document: JSONValue) throws(TokenizationError) {
        guard let tokens = (document["added_tokens"] ?? []).array else {
            throw TokenizationError("expected \"added_tokens\" to be an array")
        }
        for token in tokens { added.append(try AddedToken(token)) }
    }

    /// Reads `added_tokens_decoder` of a `tokenizer_config.json`.
    mutating func add(tokensOfConfiguration config: JSONValue) throws(TokenizationError) {
        for (id, token) in config["added_tokens_decoder"]?.object ?? [] {
            added.append(try AddedToken(token, id: Int(id)))
        }
    }

    /// Returns the id of each entry and added token.
    func ids() throws(TokenizationError) -> [ByteString: Int] {
        var ids: [ByteString: Int] = [:]
        ids.reserveCapacity(entries.count)
        for (token, value) in entries {
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

    /// Returns the entries in the order of their ids, which must be 0, 1, 2, … without a gap.
    static func inOrder(_ ids: [ByteString: Int]) throws(TokenizationError) -> [String] {
        var tokens = [String?](repeating: nil, count: ids.count)
        for (token, id) in ids {
            guard tokens.indices.contains(id) else {
                throw TokenizationError(
                    "\"\(token.string.prefix(80))\" has the id \(id), but of \(ids.count) entries the ids must be "
                        + "0 to \(ids.count - 1) without a gap")
            }
            if let other = tokens[id] {
                let both = [other, token.string].sorted().map { "\"\($0.prefix(80))\"" }.joined(separator: " and ")
                throw TokenizationError("\(both) have the same id \(id); expected one entry for each id")
            }
            tokens[id] = token.string
        }
        return tokens.compactMap { $0 }
    }

    /// Checks the size of a vocabulary file beside a `tokenizer.json`.
    func check(agreesWith count: Int, of name: String) throws(TokenizationError) {
        let names = Set(entries.map { ByteString($0.key) })
        let all = names.union(added.map { ByteString($0.content) })
        guard count == names.count || count == all.count else {
            throw TokenizationError(
                "it has \(names.count) entries, but \(name) beside it has \(count); remove the one that belongs to another model"
            )
        }
    }
}
