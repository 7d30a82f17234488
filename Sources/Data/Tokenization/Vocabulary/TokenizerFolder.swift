import Files
import Foundation
import JSON

/// The files of a folder with a tokenizer in Hugging Face layout, as far as both kinds of tokenizers need them.
struct TokenizerFolder: Sendable {
    private let url: URL

    /// - Parameter expected: The files that are looked for, to be named where there is no folder.
    /// - Throws: `FileError` if there is no folder of that name.
    init(_ url: URL, expected: String) throws(FileError) {
        guard isFolder(url.path) else {
            throw FileError(url.path, "is not a folder; expected one with \(expected)")
        }
        self.url = url
    }

    /// The path of the folder itself.
    var path: String { url.path }

    /// The path of a file, which need not be there.
    func path(of name: String) -> String { url.appendingPathComponent(name).path }

    /// Whether there is something of that name.
    func has(_ name: String) -> Bool { pathExists(path(of: name)) }

    /// The bytes of a file, `nil` if there is none of that name.
    func contents(of name: String) throws(FileError) -> [UInt8]? {
        has(name) ? try readFile(path(of: name)) : nil
    }

    /// The document in a file, `nil` if there is none of that name.
    func json(_ name: String) throws(FileError) -> JSONValue? {
        guard let bytes = try contents(of: name) else { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw FileError(path(of: name), "is not valid JSON: \(error)")
        }
    }

    /// The lines of a text file without their ends, `nil` if there is none of that name.
    func lines(of name: String) throws(FileError) -> [String]? {
        guard let bytes = try contents(of: name) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path(of: name), "is not UTF-8; was it converted or cut short?")
        }
        // By bytes: as a Character, "\r\n" is one. No entry holds "\r", so one before "\n" was put there by an editor.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(Substring($0)) }
    }

    /// Refuses `added_tokens.json`, the form of tokens that were added before transformers wrote tokenizer.json.
    func refuseAddedTokensFile() throws(FileError) {
        guard has("added_tokens.json") else { return }
        throw FileError(
            path(of: "added_tokens.json"),
            "added tokens are read from tokenizer.json only; save the tokenizer with a current transformers to get one")
    }

    /// Wraps what a part of this folder is refused for into an error that names the file.
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

    /// The `type` of a part of tokenizer.json in quotation marks, or what the part is instead of an object with one.
    var quotedType: String { self["type"]?.string.map { "\"\($0.prefix(80))\"" } ?? kind }

    /// The value as it is written, its first 80 bytes, for sentences.
    var excerpt: String { String(decoding: serialized().prefix(80), as: UTF8.self) }
}
