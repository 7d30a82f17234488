import Files
import Foundation
import Testing
import TestSupport
import Text

@Suite("Atomic files")
struct AtomicFileTests {
    @Test("Appended and overwritten bytes come out in their places, whatever the sizes of the pieces")
    func contents() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            var expected: [UInt8] = []
            let file = try AtomicFile(path: path)
            for (index, size) in [0, 1, 100, 262_143, 1, 262_144, 262_145, 3, 1_000_000, 7].enumerated() {
                let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
                try file.append(piece)
                expected += piece
                #expect(file.byteCount == expected.count)
            }
            try file.overwrite([1, 2, 3], at: 50)
            expected.replaceSubrange(50..<53, with: [1, 2, 3])
            #expect(!pathExists(path), "nothing is there before the commit")
            try file.commit()
            #expect(try readFile(path) == expected)
            #expect(try listFolder(folder) == ["file"])
        }
    }

    @Test("The digest is that of the bytes appended while hashing")
    func hashing() throws {
        try withTemporaryFolder { folder in
            let file = try AtomicFile(path: "\(folder)/file")
            try file.append("before")
            file.startHashing()
            try file.append("ab")
            try file.append("c")
            let digest = file.finishHashing()
            try file.append("after")
            try file.commit()
            #expect(digest == SHA256Digest.of("abc"))
            #expect(try readFile("\(folder)/file") == Array("beforeabcafter".utf8))
        }
    }

    @Test("A file that is given up leaves the previous one and no temporary")
    func cancelled() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try AtomicFile.write("old", to: path)
            do {
                let file = try AtomicFile(path: path)
                try file.append("new")
                #expect(try listFolder(folder).count == 2)
            }
            #expect(try listFolder(folder) == ["file"])
            #expect(try readFile(path) == Array("old".utf8))
        }
    }

    @Test("The temporary lies beside the file and its name begins with a dot and the file's name")
    func temporaryName() throws {
        try withTemporaryFolder { folder in
            let file = try AtomicFile(path: "\(folder)/step-000400.h5")
            let names = try listFolder(folder)
            #expect(names.count == 1)
            #expect(names[0].hasPrefix(".step-000400.h5.\(getpid())-") && names[0].hasSuffix(".partial"))
            file.cancel()
            #expect(try listFolder(folder) == [])
        }
    }

    @Test("Where nothing can be written, one sentence says why and nothing is left behind")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try createFolder("\(folder)/taken/inner")
            try AtomicFile.write("x", to: "\(folder)/plain")
            let cases: [(path: String, problem: String, status: Text.ErrorCategory)] = [
                ("\(folder)/missing/file", "its folder does not exist", .invalidInput),
                ("\(folder)/taken", "is a folder, where a file was expected", .invalidInput),
                ("\(folder)/plain/file", "runs through a file", .invalidInput),
                ("\(folder)/" + String(repeating: "n", count: 300), "too long", .invalidInput),
                ("", "the path is empty", .invalidRequest),
                ("/proc/no-such-file", "cannot be", .invalidInput),
            ]
            for (path, problem, status) in cases {
                let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: path) }
                #expect(error?.problem.contains(problem) == true, "\(path): \(String(describing: error))")
                #expect(error?.category == status, "\(path)")
            }
            #expect(try listFolder(folder).sorted() == ["plain", "taken"])
        }
    }

    @Test("A sweep removes what dead writers left, and leaves what is being written and what is not ours")
    func leftovers() throws {
        try withTemporaryFolder { folder in
            // As a killed process leaves them; process 1 lives, and ours too, but neither holds the lock.
            for name in [".a.h5.1-3.partial", ".a.h5.\(getpid())-99999.partial"] {
                _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data([1]))
            }
            try createFolder("\(folder)/.best.4000000-1.partial/inner")
            try AtomicFile.write("x", to: "\(folder)/.best.4000000-1.partial/inner/file")
            for name in [".partial", ".notes.partial", "a.1-2.partial", ".a.x-y.partial", "step-000001.h5"] {
                _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data([1]))
            }
            let living = try AtomicFile(path: "\(folder)/living")
            let swept = try AtomicFile.removeLeftovers(in: folder)
            #expect(
                swept == [".a.h5.1-3.partial", ".a.h5.\(getpid())-99999.partial", ".best.4000000-1.partial"].sorted())
            try living.append("still here")
            try living.commit()
            #expect(
                try listFolder(folder).sorted() == [
                    ".a.x-y.partial", ".notes.partial", ".partial", "a.1-2.partial", "living", "step-000001.h5",
                ])
        }
    }

    @Test("Many threads may write files of one name at a time, and one of them wins whole")
    func concurrentWriters() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/HeadlineKit-\(UUID().uuidString)"
        try createFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    try AtomicFile.write([UInt8](repeating: UInt8(writer), count: 10_000), to: "\(folder)/file")
                    try AtomicFile.removeLeftovers(in: folder)
                }
            }
            try await group.waitForAll()
        }
        let bytes = try readFile("\(folder)/file")
        #expect(bytes.count == 10_000 && Set(bytes).count == 1)
        #expect(try listFolder(folder) == ["file"])
    }
}

@Suite("Atomic folders")
struct AtomicFolderTests {
    private func fill(_ folder: AtomicFolder, _ files: [String]) throws {
        for name in files { try AtomicFile.write("contents of \(name)", to: folder.file(name)) }
        try createFolder(folder.file("inner"))
        try AtomicFile.write("deep", to: folder.file("inner/deep"))
    }

    @Test("A folder appears whole, replaces its predecessor whole, and leaves nothing else")
    func replacement() throws {
        try withTemporaryFolder { above in
            let path = "\(above)/best"
            for files in [["one", "two"], ["two", "three"], ["four"]] {
                let folder = try AtomicFolder(path: path + "/")
                try fill(folder, files)
                try folder.commit()
                #expect(try listFolder(path).sorted() == (files + ["inner"]).sorted())
                #expect(try readFile("\(path)/inner/deep") == Array("deep".utf8))
                #expect(try listFolder(above) == ["best"])
            }
        }
    }

    @Test("An empty folder is replaced, a given-up one vanishes, and a file in the way is an error")
    func edges() throws {
        try withTemporaryFolder { above in
            try createFolder("\(above)/last")
            let folder = try AtomicFolder(path: "\(above)/last")
            try fill(folder, ["one"])
            try folder.commit()
            do {
                let given = try AtomicFolder(path: "\(above)/last")
                try fill(given, ["two"])
            }
            #expect(try listFolder("\(above)/last").sorted() == ["inner", "one"])
            try AtomicFile.write("x", to: "\(above)/file")
            let error = #expect(throws: FileError.self) { try AtomicFolder(path: "\(above)/file") }
            #expect(error?.problem.contains("is a file, where a folder was to be written") == true)
            let missing = #expect(throws: FileError.self) { try AtomicFolder(path: "\(above)/no/where") }
            #expect(missing?.problem.contains("its folder does not exist") == true)
            let empty = #expect(throws: FileError.self) { try AtomicFolder(path: "") }
            #expect(empty?.category == .invalidRequest)
            #expect(try listFolder(above).sorted() == ["file", "last"])
        }
    }

    @Test("A replacement cut off between two renames is undone by the sweep")
    func recovery() throws {
        try withTemporaryFolder { above in
            try createFolder("\(above)/.last.77-1.previous")
            try AtomicFile.write("old", to: "\(above)/.last.77-1.previous/weights")
            try createFolder("\(above)/best")
            try createFolder("\(above)/.best.77-2.previous")
            #expect(
                try AtomicFile.removeLeftovers(in: above) == [".best.77-2.previous", ".last.77-1.previous"])
            #expect(try readFile("\(above)/last/weights") == Array("old".utf8))
            #expect(try listFolder(above).sorted() == ["best", "last"])
        }
    }
}

@Suite("Run locks")
struct RunLockTests {
    @Test("A second lock of a folder is refused by name and process, and granted once the first is gone")
    func exclusion() throws {
        try withTemporaryFolder { folder in
            do {
                let lock = try RunLock(folder: folder)
                let error = #expect(throws: FileError.self) { try RunLock(folder: folder) }
                #expect(error?.path == folder)
                #expect(error?.problem.contains("another run (process \(getpid())) is writing in this folder") == true)
                #expect(error?.category == .invalidRequest)
                withExtendedLifetime(lock) {}
            }
            _ = try RunLock(folder: folder)
            let missing = #expect(throws: FileError.self) { try RunLock(folder: "\(folder)/missing") }
            #expect(missing?.problem.contains("does not exist") == true)
        }
    }
}
