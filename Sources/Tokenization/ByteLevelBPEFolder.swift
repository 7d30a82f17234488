public import Files
public import Foundation

extension ByteLevelBPE {
    /// Reads the tokenizer of a folder in Hugging Face layout: `tokenizer.json`, or else `vocab.json` and `merges.txt`,
    /// and what `tokenizer_config.json` says about framing.
    ///
    /// - Throws: `FileError` that names the file, for what is missing, damaged, contradictory or not supported.
    public init(folder: URL) throws(FileError) {
        guard isFolder(folder.path) else {
            throw FileError(
                folder.path, "is not a folder; expected one with tokenizer.json, or vocab.json and merges.txt")
        }
        let config = try Self.optionalJSON(folder, "tokenizer_config.json") ?? [:]
        let configPath = folder.appendingPathComponent("tokenizer_config.json").path
        var (parts, path) = try Self.parts(of: folder, config: config, configPath: configPath)
        let endOfText: String?
        do throws(TokenizationError) {
            endOfText = try Self.apply(config, to: &parts)
        } catch {
            throw FileError(configPath, error.problem)
        }
        do throws(TokenizationError) {
            self = try parts.tokenizer(endOfText: endOfText)
        } catch {
            throw FileError(path, error.problem)
        }
    }

    /// The vocabulary of the folder and the file to name when it is refused.
    private static func parts(
        of folder: URL, config: JSONValue, configPath: String
    ) throws(FileError) -> (parts: ByteLevelBPEParts, path: String) {
        let whole = folder.appendingPathComponent("tokenizer.json").path
        let vocabulary = try optionalJSON(folder, "vocab.json")
        if let document = try optionalJSON(folder, "tokenizer.json") {
            do throws(TokenizationError) {
                let parts = try ByteLevelBPEParts(tokenizerJSON: document)
                if let count = vocabulary?.object?.count {
                    try check(parts, agreesWith: count)
                }
                return (parts, whole)
            } catch {
                throw FileError(whole, error.problem)
            }
        }
        let path = folder.appendingPathComponent("vocab.json").path
        guard let vocabulary else {
            throw FileError(
                folder.path,
                "found neither tokenizer.json nor vocab.json; expected a folder with a byte-level BPE tokenizer")
        }
        guard let entries = vocabulary.object else {
            throw FileError(path, "expected an object of entries and ids, found \(vocabulary.kind)")
        }
        if pathExists(folder.appendingPathComponent("added_tokens.json").path) {
            throw FileError(
                folder.appendingPathComponent("added_tokens.json").path,
                "added tokens are read from tokenizer.json only; save the tokenizer with a current transformers to get one"
            )
        }
        var parts = ByteLevelBPEParts(vocabulary: entries, merges: try mergesFile(folder))
        do throws(TokenizationError) {
            for (id, token) in config["added_tokens_decoder"]?.object ?? [] {
                parts.added.append(try ByteLevelBPEParts.addedToken(token, id: Int(id)))
            }
        } catch {
            throw FileError(configPath, error.problem)
        }
        return (parts, path)
    }

    private static func check(_ parts: ByteLevelBPEParts, agreesWith count: Int) throws(TokenizationError) {
        let names = Set(parts.vocabulary.map { ByteString($0.key) })
        let all = names.union(parts.added.map { ByteString($0.content) })
        guard count == names.count || count == all.count else {
            throw TokenizationError(
                "it has \(names.count) entries, but vocab.json beside it has \(count); remove the one that is not of this model"
            )
        }
    }

    /// Applies what transformers lets `tokenizer_config.json` override, and returns the end token it names.
    private static func apply(
        _ config: JSONValue, to parts: inout ByteLevelBPEParts
    ) throws(TokenizationError) -> String? {
        if config["add_prefix_space"]?.boolean == true {
            throw TokenizationError("add_prefix_space is true, which is not supported")
        }
        if config["add_eos_token"]?.boolean == true {
            throw TokenizationError("add_eos_token is true, which is not supported; prompts would end at once")
        }
        // Either key makes transformers rebuild the post-processor, whatever tokenizer.json holds.
        if config["add_bos_token"] != nil || config["add_eos_token"] != nil {
            let adds = config["add_bos_token"]?.boolean == true
            parts.prefix = adds ? [spelling(config["bos_token"]) ?? endOfTextToken] : []
        }
        return spelling(config["eos_token"])
    }

    /// A special token of a configuration: a string, or an object that has it as `content`.
    private static func spelling(_ token: JSONValue?) -> String? {
        token?.string ?? token?["content"]?.string
    }

    private static func mergesFile(_ folder: URL) throws(FileError) -> [(left: String, right: String)] {
        let path = folder.appendingPathComponent("merges.txt").path
        guard let bytes = try optionalContents(folder, "merges.txt") else {
            throw FileError(path, "is not there; vocab.json needs the merges that belong to it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8; was it converted or cut short?")
        }
        // By bytes: as a Character, "\r\n" is one. No entry holds "\r", so one before "\n" was put there by an editor.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        if lines.last?.isEmpty == true { lines.removeLast() }
        do throws(TokenizationError) {
            return try ByteLevelBPEParts.merges(spelled: lines.map { String(Substring($0)) })
        } catch {
            throw FileError(path, error.problem)
        }
    }

    private static func optionalJSON(_ folder: URL, _ name: String) throws(FileError) -> JSONValue? {
        guard let bytes = try optionalContents(folder, name) else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw FileError(folder.appendingPathComponent(name).path, "is not valid JSON: \(error)")
        }
    }

    /// The bytes of a file, `nil` if there is none of that name.
    private static func optionalContents(_ folder: URL, _ name: String) throws(FileError) -> [UInt8]? {
        let path = folder.appendingPathComponent(name).path
        return pathExists(path) ? try readFile(path) : nil
    }
}
