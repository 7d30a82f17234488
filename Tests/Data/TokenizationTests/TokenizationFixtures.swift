import Files
import Foundation
import JSON
import TestSupport
import Tokenization

/// A file of Tests/Fixtures/tokenization, which make_tokenization.py wrote.
func reference(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: fixture("tokenization/" + name)))
}

/// The vocabulary of 1,000 entries that the reference learned from corpus.txt.
func smallTokenizer() throws -> ByteLevelBPE {
    try ByteLevelBPE(folder: fixture("tokenization/small").path)
}

/// The vocabulary of GPT-2 if it lies beside the checkout.
func gpt2Tokenizer(for test: String) throws -> ByteLevelBPE? {
    try sharedFile("models/gpt2-tokenizer", for: test).map { try ByteLevelBPE(folder: $0.path) }
}

/// SHA-256 over the ids of texts as the reference takes it: little-endian 32-bit integers, -1 after each text.
struct DigestOfIDs {
    private var bytes: [UInt8] = []

    mutating func add(_ ids: [Int32]) {
        for id in ids + [-1] { withUnsafeBytes(of: id.littleEndian) { bytes += $0 } }
    }

    func hexadecimal() -> String { SHA256Digest.of(bytes).hexadecimal }
}

/// SHA-256 over the bytes of texts, 0xFF after each.
struct DigestOfTexts {
    private var bytes: [UInt8] = []

    mutating func add(_ text: String) { bytes += Array(text.utf8) + [0xFF] }

    func hexadecimal() -> String { SHA256Digest.of(bytes).hexadecimal }
}

/// Runs with a folder of its own, which is removed afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenization-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// Writes files into a folder.
func write(_ files: [(name: String, bytes: [UInt8])], to folder: URL) throws {
    for file in files { try Data(file.bytes).write(to: folder.appendingPathComponent(file.name)) }
}

/// Whether two strings are the same bytes; `==` would take canonically equivalent ones for equal.
func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

extension JSONValue {
    /// The document with one value replaced, or removed for `nil`.
    func replacing(_ path: ArraySlice<String>, by value: JSONValue?) -> JSONValue {
        guard let key = path.first, var members = object else { return value ?? nil }
        let index = members.firstIndex { $0.key == key }
        if path.count == 1, value == nil {
            if let index { members.remove(at: index) }
        } else {
            let inner = (index.map { members[$0].value } ?? [:]).replacing(path.dropFirst(), by: value)
            if let index { members[index].value = inner } else { members.append((key, inner)) }
        }
        return .object(members)
    }
}
