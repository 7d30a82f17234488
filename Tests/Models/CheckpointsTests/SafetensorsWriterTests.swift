import Checkpoints
import Files
import Foundation
import NumericCore
import Testing
import TestSupport

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
    private static let arrays: [(name: String, values: NDArray)] = [
        ("h.0.weight", NDArray([1, -2, 0.5, 65_504, -0.0, 1e-7], shape: [2, 3])),
        ("h.0.bias", NDArray([.infinity, -.infinity, 3], shape: [3])),
        ("odd \"name\"\n", NDArray(scalar: 42)), ("none", NDArray([], shape: [0, 2])),
    ]

    /// Returns the number that is read back for `value`.
    private static func rounded(_ value: Float, _ dtype: DType) -> Float {
        switch dtype {
        case .float32, .int8: return value
        case .float16: return Float(Float16(value))
        case .bfloat16:
            // The nearest number of eight bits, by the two that lie around it; no tie is among ours.
            guard value.isFinite else { return value }
            let below = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
            let above = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
            return (value - below).magnitude < (above - value).magnitude ? below : above
        }
    }

    @Test("F32 comes back bit for bit, F16 and BF16 rounded, in the order given")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            for dtype in [DType.float32, .float16, .bfloat16] {
                let path = "\(folder)/\(dtype.rawValue)"
                let digest = try SafetensorsWriter.write(
                    Self.arrays, to: path, dtype: dtype, metadata: ["licence": "é \"q\""])
                let file = try SafetensorsFile(path: path)
                #expect(file.names.filter { $0 != "none" } == Self.arrays.map(\.name).filter { $0 != "none" })
                for (name, values) in Self.arrays {
                    let read = try file.array(name)
                    let expected = values.elements.map { Self.rounded($0, dtype) }
                    #expect(read.shape == values.shape)
                    #expect(read.elements.map(\.bitPattern) == expected.map(\.bitPattern), "\(name)")
                }
                #expect(file.metadata["format"] == "pt" && file.metadata["licence"] == "é \"q\"")
                #expect(file.metadata["sha256"] == digest.hexadecimal)
                #expect(try file.verify())
                let place = try file.array("h.0.weight").withUnsafeElements { Int(bitPattern: $0.baseAddress) }
                #expect(place % 64 == 0, "the data begins on a cache line")
            }
        }
    }

    @Test("More than one chunk of F16 comes back in order")
    func chunks() throws {
        try withTemporaryFolder { folder in
            let values = NDArray((0..<150_001).map { Float($0 % 2_000) - 1_000 }, shape: [150_001])
            try SafetensorsWriter.write([("a", values)], to: "\(folder)/file", dtype: .float16)
            let file = try SafetensorsFile(path: "\(folder)/file")
            #expect(try file.array("a").elements == values.elements)
            #expect(try file.verify())
        }
    }

    @Test("Equal arrays give equal bytes")
    func determinism() throws {
        try withTemporaryFolder { folder in
            for name in ["one", "two"] {
                try SafetensorsWriter.write(Self.arrays, to: "\(folder)/\(name)", dtype: .float32)
            }
            #expect(try readFile("\(folder)/one") == readFile("\(folder)/two"))
        }
    }

    @Test("A number beyond F16 is an error that names the array, and the previous file stays")
    func overflow() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try SafetensorsWriter.write(Self.arrays, to: path, dtype: .float16)
            let before = try readFile(path)
            let large = NDArray([Float](repeating: 1, count: 70_000) + [-65_520], shape: [70_001])
            let error = #expect(throws: FileError.self) {
                try SafetensorsWriter.write(
                    [("fine", .init(scalar: 1)), ("big", large)], to: path, dtype: .float16)
            }
            #expect(error?.problem.contains("\"big\" holds -65520.0, beyond the 65,504 that F16 can hold") == true)
            #expect(try readFile(path) == before)
            #expect(try listFolder(folder) == ["file"])
        }
    }

    @Test("Every flipped bit and every truncation of a file of ours is refused when it is opened and verified")
    func damage() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try SafetensorsWriter.write(Self.arrays, to: path, dtype: .float32)
            let file = try DamageableFile(path: path)
            func isRefused() -> Bool {
                do throws(FileError) { return try !SafetensorsFile(path: path).verify() } catch { return true }
            }
            #expect(!isRefused())
            for index in file.bytes.indices {
                for mask in (0..<8).map({ UInt8(1) << $0 }) + [0xFF] {
                    try file.withFlipped(index, mask) { #expect(isRefused(), "byte \(index), mask \(mask)") }
                }
            }
            try file.withEveryTruncation { #expect(isRefused(), "\($0) bytes") }
        }
    }

    @Test("Damaged arrays and a damaged header say which of them does not match its digest")
    func digestMessages() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try SafetensorsWriter.write(Self.arrays, to: path, dtype: .float32)
            let bytes = try readFile(path)
            let name = bytes.firstIndex(of: UInt8(ascii: "h"))!
            for (index, problem) in [(bytes.count - 1, "its arrays do not match"), (name, "header")] {
                var damaged = bytes
                damaged[index] ^= 1
                try Data(damaged).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path).verify() }
                #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
            }
        }
    }
}
