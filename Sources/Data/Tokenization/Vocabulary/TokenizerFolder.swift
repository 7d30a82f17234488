import Files
import JSON

/// A folder with a tokenizer in Hugging Face layout: the reading that both kinds of tokenizers share.
struct TokenizerFolder: Sendable {
    /// The path of the folder itself.
    let path: String

    /// - Parameter expected: the files that are looked for, for the error.
    /// - Throws: `FileError` if there is no folder of that name.
    init(_ path: String, expected: String) throws(FileError) {
        guard isFolder(path) else {
            throw FileError(path, "is not a folder; expected one with \(expected)")
        }
        self.path = path
    }

    /// Returns the path of a file, which need not exist.
    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Returns true if there is something of that name.
    func has(_ name: String) -> Bool { pathExists(path(of: name)) }

    /// Returns the bytes of a file, or `nil` if there is none of that name.
    func contents(of name: String) throws(FileError) -> [UInt8]? {
        has(name) ? try readFile(path(of: name)) : nil
    }

    /// Returns the document in a file, or `nil` if there is none of that name.
    func json(_ name: String) throws(FileError) -> JSONValue? {
        guard let bytes = try contents(of: name) else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw FileError(path(of: name), "is not valid JSON: \(error)")
        }
    }

    /// Returns the lines of a text file without their ends, or `nil` if there is none of that name.
    func lines(of name: String) throws(FileError) -> [String]? {
        guard let bytes = try contents(of: name) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path(of: name), "is not UTF-8; was it converted or cut short?")
        }
        // By bytes: as a Character, "\r\n" is one. No entry holds "\r", so one before "\n" comes from an editor.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(Substring($0)) }
    }

    /// Refuses `added_tokens.json`, in which transformers listed added tokens before it wrote tokenizer.json.
    func refuseAddedTokensFile() throws(FileError) {
        guard has("added_tokens.json") else { return }
        throw FileError(
            path(of: "added_tokens.json"),
            "added tokens are read from tokenizer.json only; save the tokenizer with a current transformers to get one")
    }

    /// Turns an error about the contents of a file into one that names the file.
    func naming<Result>(
        _ name: String, _ body: () throws(TokenizationError) -> Result
    ) throws(FileError) -> Result {
        do throws(TokenizationError) {
            return try body()
        } catch {
            throw FileError(path(of: name), error.problem)
        }
    }
}

extension JSONValue {
    /// A special token of a configuration: a string, or an object that has it as `content`.
    var tokenSpelling: String? { string ?? self["content"]?.string }

    /// The `type` of a part of tokenizer.json in quotation marks, or the kind of JSON value that the part is instead.
    var quotedType: String { self["type"]?.string.map { "\"\($0.prefix(80))\"" } ?? kind }

    /// The first 80 bytes of the value as JSON, for errors.
    var excerpt: String { String(decoding: serialized().prefix(80), as: UTF8.self) }
}
