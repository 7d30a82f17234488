import Checkpoints
import Files
import Foundation
import NumericCore
import Testing
import TestSupport
import Text

/// 0, 0.25, 0.5, … minus 3: what `Tests/Fixtures/make_checkpoints.py` stores in every array of floats.
private func ramp(_ shape: Shape) -> NDArray { NDArray((0..<shape.count).map { Float($0) * 0.25 - 3 }, shape: shape) }

/// A safetensors file from the text of its header and a number of zero bytes.
func safetensorsBytes(header: String, dataCount: Int, declaredHeaderCount: Int? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = UInt64(declaredHeaderCount ?? text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
        + [UInt8](repeating: 0, count: dataCount)
}

@Suite("Reading safetensors")
struct SafetensorsFileTests {
    @Test("A file of the reference implementation reads with its names, shapes, values and metadata")
    func referenceFile() throws {
        let file = try SafetensorsFile(path: fixture("checkpoints/mixed.safetensors").path)
        #expect(file.metadata == ["format": "pt", "note": "tab\t, quote \", line\n, é"])
        #expect(file.names.count == 11 && Set(file.names).isSuperset(of: ["Überschrift \"1\"\n", "single"]))
        #expect(file.entry("half")?.dtype == .float16 && file.entry("half")?.dimensions == [2, 3, 4])
        #expect(file.entry("nothing") == nil)
        for (name, shape) in [("single", [3, 5]), ("half", [2, 3, 4]), ("brain", [7]), ("Überschrift \"1\"\n", [1])] {
            let array = try file.array(name)
            #expect(array.shape == Shape(shape) && array.elements == ramp(Shape(shape)).elements, "\(name)")
            let destination = MutableArray(shape: Shape(shape), repeating: .nan)
            try file.array(name, into: destination)
            #expect(destination.frozen().elements == array.elements, "\(name)")
        }
        #expect(try file.array("scalar").scalar == -2.5)
        #expect(try file.array("empty").shape == [0, 4])
        #expect(try file.verify() == false, "it carries no digest of ours")
    }

    @Test("Arrays of other types or ranks are listed, and refused with their type when they are asked for")
    func unreadable() throws {
        let file = try SafetensorsFile(path: fixture("checkpoints/mixed.safetensors").path)
        let cases = [
            ("ids", "as I64; only F32, F16 and BF16"), ("bytes", "as U8"), ("mask", "as BOOL"), ("double", "as F64"),
            ("rank five", "with 5 dimensions; at most 4"), ("singel", "no array \"singel\"; did you mean \"single\"?"),
        ]
        for (name, problem) in cases {
            let error = #expect(throws: FileError.self) { try file.array(name) }
            #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
        }
        let destination = MutableArray(shape: [5, 3])
        let error = #expect(throws: FileError.self) { try file.array("single", into: destination) }
        #expect(error?.problem.contains("with shape [3, 5], where [5, 3] was expected") == true)
    }

    @Test("Every truncation of a foreign file is refused, with the two numbers of bytes")
    func truncation() throws {
        let bytes = try readFile(fixture("checkpoints/mixed.safetensors").path)
        try withTemporaryFolder { folder in
            let path = "\(folder)/short.safetensors"
            try AtomicFile.write(bytes, to: path)
            try DamageableFile(path: path).withEveryTruncation { length in
                let error = #expect(throws: FileError.self, "\(length)") { try SafetensorsFile(path: path) }
                #expect(error?.problem.contains("holds \(length) bytes") == true, "\(String(describing: error))")
                #expect(error?.problem.contains("was the copy interrupted?") == true, "\(length)")
            }
            try Data(bytes + [0]).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
            #expect(error?.problem.contains("the rest belongs to no array") == true)
        }
    }

    @Test("No flipped bit of a foreign file's header makes the reader crash or read beyond the file")
    func damage() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/damaged.safetensors"
            try AtomicFile.write(readFile(fixture("checkpoints/mixed.safetensors").path), to: path)
            let damaged = try DamageableFile(path: path)
            var refused = 0
            for index in 0..<800 {
                for bit in 0..<8 {
                    try damaged.withFlipped(index, 1 << bit) {
                        do throws(FileError) {
                            let file = try SafetensorsFile(path: path)
                            for entry in file.entries where entry.dimensions.count <= Shape.maximumRank {
                                guard let dtype = entry.dtype, dtype != .int8 else { continue }
                                let bytes = try file.array(entry.name).count * dtype.byteCount
                                #expect(bytes == entry.byteRange.count)
                            }
                        } catch { refused += 1 }
                    }
                }
            }
            #expect(refused > 4_000, "most damage shows; a changed letter of a name does not")
        }
    }

    /// A header that the format forbids, the bytes of data after it, and what the error says.
    private static let hostileHeaders: [(header: String, dataCount: Int, problem: String)] = [
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, 4, "header is damaged: line 1"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}x"#, 4, "header is damaged: line 1"),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}"#,
            4, "twice"
        ),
        (#"{"__metadata__":{"a":1}}"#, 0, "its metadata has"), (#"{"__metadata__":[]}"#, 0, "its metadata is"),
        (#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown type \"F31\""),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "has 4 bytes, and its shape [2] of F32 needs"),
        (#"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#, 1, "needs 4 bits"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4, "impossibly large"),
        (#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#, 4, "is not a type, a shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "leave a hole before"),
        (
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[8,12]}}"#,
            12, "leave a hole before"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
            8, "overlap"
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "was the copy interrupted?"),
        (
            #"{"a":{"dtype":"U8","shape":[9223372036854775000],"data_offsets":[0,9223372036854775000]}}"#, 4,
            "impossibly large"
        ),
        (#"{"a":{"dtype":"F32","shape":[[[1]]],"data_offsets":[0,4]}}"#, 4, "header is damaged"),
        (#" {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "is not a safetensors file"),
        ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}\u{1}}", 4, "header is damaged"),
        (String(repeating: "[", count: 100_000), 0, "is not a safetensors file"),
        ("{\"a\":" + String(repeating: "[", count: 100_000), 0, "header is damaged"),
    ]

    @Test("Headers that the format forbids are refused, each with its reason")
    func hostileHeaders() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/hostile.safetensors"
            for (header, dataCount, problem) in Self.hostileHeaders {
                try Data(safetensorsBytes(header: header, dataCount: dataCount)).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: FileError.self, "\(header.prefix(200))") { try SafetensorsFile(path: path) }
                #expect(error?.problem.contains(problem) == true, "\(header.prefix(200)): \(String(describing: error))")
                #expect((error?.problem.utf8.count ?? 0) < 500, "the sentence stays a sentence")
            }
        }
    }

    @Test("Files of other kinds are called by their name")
    func foreignFiles() throws {
        let cases: [(bytes: [UInt8], problem: String)] = [
            (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "is a Git LFS pointer"),
            (Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 1, count: 100), "is a PyTorch pickle"),
            (Array("<!DOCTYPE html><html></html>".utf8), "is a web page"),
            ([UInt8](repeating: 0, count: 100), "is not a safetensors file"),
            ([UInt8](repeating: 0xFF, count: 100), "is not a safetensors file"),
            (
                safetensorsBytes(header: "{}", dataCount: 0, declaredHeaderCount: 100_000_001),
                "header of 100000001 bytes"
            ),
            (
                safetensorsBytes(header: "{}", dataCount: 0, declaredHeaderCount: 100_000_000),
                "was the copy interrupted?"
            ),
            ([], "holds 0 bytes"),
        ]
        try withTemporaryFolder { folder in
            let path = "\(folder)/foreign"
            for (bytes, problem) in cases {
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
                #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
                #expect(error?.category == .invalidInput)
            }
            for path in [folder, "\(folder)/missing"] {
                #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
            }
        }
    }

    @Test("F32 that is not on a 4-byte boundary is copied and equal; on one it stays in the mapped file")
    func alignment() throws {
        try withTemporaryFolder { folder in
            for padding in 0..<8 {
                let header =
                    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"# + String(repeating: " ", count: padding)
                var bytes = safetensorsBytes(header: header, dataCount: 0)
                for value in [Float(1.5), -7] {
                    bytes += withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
                }
                let path = "\(folder)/\(padding)"
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                let array = try SafetensorsFile(path: path).array("a")
                #expect(array.elements == [1.5, -7])
                let place = array.withUnsafeElements { Int(bitPattern: $0.baseAddress) % 4_096 }
                let dataOffset = 8 + header.utf8.count
                #expect(place % 4 == 0 && (dataOffset % 4 != 0 || place == dataOffset), "padding \(padding)")
            }
        }
    }
}

@Suite("Model folders of one or several safetensors files")
struct SafetensorsCheckpointTests {
    @Test("A sharded folder reads as one checkpoint, and so do a folder with one file and the file itself")
    func folders() throws {
        let sharded = try SafetensorsCheckpoint(path: fixture("checkpoints/sharded").path)
        #expect(Set(sharded.names) == ["a.weight", "a.bias", "b.weight"])
        #expect(sharded.files.count == 2)
        #expect(try sharded.array("b.weight").elements == ramp([3]).elements)
        #expect(sharded.entry("a.weight")?.dimensions == [2, 2])
        let destination = MutableArray(shape: [2])
        try sharded.array("a.bias", into: destination)
        #expect(destination.frozen().elements == ramp([2]).elements)
        #expect(throws: FileError.self) { try sharded.array("c.weight") }
        try withTemporaryFolder { folder in
            let path = "\(folder)/\(SafetensorsCheckpoint.fileName)"
            try SafetensorsWriter.write([("x", ramp([2]))], to: path, dtype: .float32)
            for opened in [folder, path] {
                let checkpoint = try SafetensorsCheckpoint(path: opened)
                #expect(checkpoint.names == ["x"])
                #expect(try checkpoint.verify())
            }
        }
    }

    @Test("An index that does not agree with its files, leads out of its folder or is none is refused")
    func refusals() throws {
        let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
        func index(_ map: String) -> String { "{\"weight_map\":{\(map)}}" }
        let first = "\"a.weight\":\"\(shards[0])\",\"a.bias\":\"\(shards[0])\""
        let cases: [(index: String?, problem: String)] = [
            (
                index("\(first),\"b.weight\":\"\(shards[1])\",\"c\":\"\(shards[1])\""),
                "lists \"c\" in \(shards[1]), which does not hold it"
            ),
            (index("\(first),\"c\":\"\(shards[1])\""), "does not list \"b.weight\", which is in \(shards[1])"),
            (index("\(first),\"b.weight\":\"../elsewhere.safetensors\""), "is not a plain name"),
            (index("\(first),\"b.weight\":\"missing.safetensors\""), "does not exist"),
            (index(""), "is not an index"), (index("\"a\":1"), "is not an index"), ("[", "is not an index"),
            (nil, "holds neither model.safetensors nor model.safetensors.index.json"),
        ]
        for (index, problem) in cases {
            try withTemporaryFolder { folder in
                for shard in shards {
                    try FileManager.default.copyItem(
                        atPath: fixture("checkpoints/sharded/\(shard)").path, toPath: "\(folder)/\(shard)")
                }
                if let index {
                    try Data(index.utf8).write(to: URL(fileURLWithPath: "\(folder)/model.safetensors.index.json"))
                }
                let error = #expect(throws: FileError.self) { try SafetensorsCheckpoint(path: folder) }
                #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
            }
        }
    }
}
