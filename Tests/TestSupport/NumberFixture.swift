import Foundation

/// The named arrays of a safetensors fixture, read without the code under test.
public struct NumberFixture: Sendable {
    /// One array.
    public struct Entry: Sendable {
        /// The extents, outermost first.
        public let dimensions: [Int]
        /// The elements, row by row.
        public let numbers: [Double]
    }

    /// A fixture file that is not as expected.
    public struct Failure: Error, CustomStringConvertible {
        /// The file and what is wrong with it.
        public let description: String
    }

    private struct Description: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    private let name: String
    private let entries: [String: Entry]

    /// Reads `Tests/Fixtures/<name>.safetensors`; it holds F32, F64 and I32 arrays only.
    public init(_ name: String) throws {
        self.name = name
        let data = try Data(contentsOf: fixture(name + ".safetensors"))
        let headerCount = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = data.dropFirst(8).prefix(headerCount)
        let payload = [UInt8](data.dropFirst(8 + headerCount))
        entries = try JSONDecoder().decode([String: Description].self, from: Data(header)).mapValues { entry in
            let bytes = payload[entry.data_offsets[0]..<entry.data_offsets[1]]
            let numbers = try Self.numbers(of: bytes, type: entry.dtype)
            guard numbers.count == entry.shape.reduce(1, *) else {
                throw Failure(description: "\(name): \(numbers.count) numbers for shape \(entry.shape)")
            }
            return Entry(dimensions: entry.shape, numbers: numbers)
        }
    }

    /// The names of all arrays, in order.
    public var names: [String] { entries.keys.sorted() }

    /// The array of that name.
    public func callAsFunction(_ entry: String) throws -> Entry {
        guard let found = entries[entry] else { throw Failure(description: "\(name) has no \(entry)") }
        return found
    }

    /// The numbers of that name as indices.
    public func integers(_ entry: String) throws -> [Int32] { try self(entry).numbers.map { Int32($0) } }

    private static func numbers(of bytes: ArraySlice<UInt8>, type: String) throws -> [Double] {
        func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
            let size = MemoryLayout<Word>.size
            return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
                bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | Word(truncatingIfNeeded: $1) }
            }
        }
        switch type {
        case "F32": return words(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case "F64": return words(UInt64.self).map { Double(bitPattern: $0) }
        case "I32": return words(Int32.self).map { Double($0) }
        default: throw Failure(description: "an array of type \(type)")
        }
    }
}
