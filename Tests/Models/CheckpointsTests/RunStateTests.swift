import Checkpoints
import Files
import Foundation
import NumericCore
import Testing
import TestSupport
import Text

/// A small run state with every kind of entry.
enum RunStateExample {
    static let metadata: [(name: String, json: [UInt8])] = [
        ("configuration", Array("{\"name\":\"é\",\"seed\":1}".utf8)), ("progress", Array("{\"step\":3}".utf8)),
    ]
    static let arrays = arrays(prefix: "")

    /// - Parameter prefix: precedes the names of parameters; a run writes none.
    static func arrays(prefix: String) -> [(name: String, values: NDArray)] {
        [
            ("model/\(prefix)h.0.attn.c_attn.weight", NDArray((0..<12).map { Float($0) / 7 }, shape: [2, 2, 3])),
            ("model/\(prefix)wte.weight", NDArray([.nan, -.infinity, -0.0, .leastNonzeroMagnitude], shape: [4, 1])),
            ("optimizer/first_moment/\(prefix)wte.weight", NDArray([1, 2, 3, 4], shape: [4, 1])),
            ("scale", NDArray(scalar: 2.5)), ("empty", NDArray([], shape: [0, 3])),
        ]
    }

    static func write(to path: String) throws {
        try RunStateWriter.write(to: path, metadata: metadata, arrays: arrays)
    }

    /// Returns true if the file at `path` holds exactly this example.
    static func isEqual(to path: String, prefix: String = "") throws -> Bool {
        let arrays = arrays(prefix: prefix)
        let reader = try RunStateReader(path: path)
        guard reader.names == arrays.map(\.name).sorted(), reader.metadataNames == metadata.map(\.name).sorted() else {
            return false
        }
        for (name, values) in arrays {
            let read = try reader.array(name)
            let same = read.elements.map(\.bitPattern) == values.elements.map(\.bitPattern)
            if read.shape != values.shape || !same { return false }
        }
        for (name, json) in metadata where try reader.metadata(name) != json { return false }
        return true
    }
}

@Suite("Run states")
struct RunStateTests {
    @Test("What is written comes back bit for bit, under its name and with its shape")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/step-000003.h5"
            try RunStateExample.write(to: path)
            #expect(try RunStateExample.isEqual(to: path))
            #expect(try listFolder(folder) == ["step-000003.h5"])
            let reader = try RunStateReader(path: path)
            #expect(try reader.shape(of: "model/wte.weight") == [4, 1])
            let destination = MutableArray(shape: [4, 1], repeating: 9)
            try reader.array("optimizer/first_moment/wte.weight", into: destination)
            #expect(destination.frozen().elements == [1, 2, 3, 4])
        }
    }

    @Test("A file written by an earlier version of the program is still read")
    func earlierFile() throws {
        #expect(try RunStateExample.isEqual(to: fixture("checkpoints/step-000003.h5").path, prefix: "transformer."))
    }

    @Test("Equal contents give equal bytes, also at another time, and arrays larger than a piece come out whole")
    func determinism() throws {
        try withTemporaryFolder { folder in
            let large = NDArray(shape: [1_500, 1_000]) { elements in
                for index in elements.indices { elements[index] = Float(index) }
            }
            let arrays = [("a", large)] + RunStateExample.arrays + [("b", large)]
            for name in ["one", "two"] {
                try RunStateWriter.write(to: "\(folder)/\(name)", metadata: RunStateExample.metadata, arrays: arrays)
                // HDF5 would keep times in whole seconds.
                if name == "one" { usleep(1_100_000) }
            }
            #expect(try SHA256Digest.ofFile("\(folder)/one") == SHA256Digest.ofFile("\(folder)/two"))
            let reader = try RunStateReader(path: "\(folder)/two")
            for name in ["a", "b"] { #expect(try reader.array(name).elements == large.elements) }
        }
    }

    @Test("Missing names and other shapes are errors that say what is there")
    func wrongQuestions() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/state.h5"
            try RunStateExample.write(to: path)
            let reader = try RunStateReader(path: path)
            let cases: [(problem: String, question: () throws -> Void)] = [
                ("no array \"scael\"; did you mean \"scale\"?", { _ = try reader.array("scael") }),
                ("no array \"metadata/progress\"", { _ = try reader.array("metadata/progress") }),
                ("no text \"scale\"", { _ = try reader.metadata("scale") }),
                ("no text \"progres\"; did you mean \"progress\"?", { _ = try reader.metadata("progres") }),
                (
                    "shape [4, 1], where [1, 4] was expected; it belongs to another model",
                    { try reader.array("model/wte.weight", into: MutableArray(shape: [1, 4])) }
                ),
            ]
            for (problem, question) in cases {
                let error = #expect(throws: FileError.self) { try question() }
                #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
                #expect(error?.category == .invalidInput)
            }
        }
    }

    @Test("Every byte that is flipped and every length that is cut is refused, with a sentence")
    func damage() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/state.h5"
            try RunStateWriter.write(
                to: path, metadata: [("progress", [UInt8]("{}".utf8))],
                arrays: [("model/weight", NDArray([1, 2], shape: [2]))])
            let file = try DamageableFile(path: path)
            var sentences: Set<String> = []
            func expectRefusal(_ what: String) {
                let error = #expect(throws: FileError.self, "\(what)") { try RunStateReader(path: path) }
                sentences.insert(error.map { String($0.problem.prefix(20)) } ?? "none")
            }
            for index in file.bytes.indices {
                for mask in [1 << UInt8(index % 8), 0xFF] as [UInt8] {
                    try file.withFlipped(index, mask) { expectRefusal("byte \(index) ^ \(mask)") }
                }
            }
            _ = try RunStateReader(path: path)
            try file.withEveryTruncation { expectRefusal("length \($0)") }
            #expect(!sentences.contains("none") && !sentences.contains { $0.hasPrefix("libhdf5") })
        }
    }

    @Test("A file of another kind, a newer version, a short, a long and a damaged file are told apart")
    func sentences() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/state.h5"
            try RunStateExample.write(to: path)
            let bytes = try readFile(path)
            let seal = try RunStateSeal(decoding: Array(bytes[..<512]), fileLength: bytes.count, path: path)
            let newer = seal.encoded(version: 2) + bytes[512...]
            let cases: [(bytes: [UInt8], problem: String)] = [
                (Array("step,loss\n1,2\n".utf8), "is not a run state of HeadlineKit"),
                (Array(bytes[512...]), "is an HDF5 file of another program"),
                (newer, "has format version 2, and this program reads version 1"),
                (
                    Array(bytes.dropLast(3)),
                    "holds \(bytes.count - 3) bytes, and its first bytes declare \(bytes.count); was the copy"
                ),
                (Array(bytes[..<100]), "holds 100 bytes, and a run state begins with 512; was the copy interrupted?"),
                (bytes + [0, 0], "2 more than its first bytes declare"),
                (bytes.dropLast() + [bytes.last! ^ 1], "is damaged: its content does not match the SHA-256"),
                (
                    [bytes[0]] + bytes.dropFirst().dropLast(bytes.count - 100) + [1] + bytes[101...],
                    "is damaged: its first 512 bytes"
                ),
                ([], "is empty"),
            ]
            for (bytes, problem) in cases {
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                let error = #expect(throws: FileError.self) { try RunStateReader(path: path) }
                #expect(error?.problem.contains(problem) == true, "\(problem): \(String(describing: error))")
                #expect(error?.category == .invalidInput)
            }
            for (path, problem) in [
                (folder, "is a folder"), ("\(folder)/none.h5", "does not exist"), ("/dev/null", "pipe or device"),
            ] {
                let error = #expect(throws: FileError.self) { try RunStateReader(path: path) }
                #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
            }
        }
    }

    @Test("A folder's run states are listed newest first, by names that are exactly ours")
    func listing() throws {
        #expect(RunStateLayout.fileName(step: 400) == "step-000400.h5")
        #expect(RunStateLayout.fileName(step: 12_345_678) == "step-12345678.h5")
        try withTemporaryFolder { folder in
            let names = [
                "step-000400.h5", "step-1000000.h5", "step-000000.h5", "step-00400.h5", "step-0001000000.h5",
                "step-.h5",
                "step-+00040.h5", ".step-000500.h5.1-1.partial", "step-000600.h5.bak", "metrics.jsonl",
            ]
            for name in names { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            let files = try RunStateLayout.files(in: folder)
            #expect(files.map(\.step) == [1_000_000, 400, 0])
            #expect(files.first?.path == "\(folder)/step-1000000.h5")
            #expect(throws: FileError.self) { try RunStateLayout.files(in: "\(folder)/missing") }
        }
    }

    @Test("Many threads write and read run states at a time")
    func threads() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/HeadlineKit-\(UUID().uuidString)"
        try createFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<12 {
                group.addTask {
                    try RunStateExample.write(to: "\(folder)/\(number % 4)")
                    return try RunStateExample.isEqual(to: "\(folder)/\(number % 4)")
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        #expect(try listFolder(folder).count == 4)
    }
}
