import Files
import Foundation
import Testing
import TestSupport
import Text

@Suite("Reading files")
struct ReadingTests {
    @Test("A file is read whole, and what cannot be read is told apart: missing, a folder, through a file, too large")
    func readingAndRefusals() throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            try AtomicFile.write(bytes, to: "\(folder)/file")
            try AtomicFile.write("", to: "\(folder)/empty")
            #expect(try readFile("\(folder)/file") == bytes)
            #expect(try readFile("\(folder)/empty") == [])
            #expect(try !readFile("/proc/self/stat").isEmpty, "files that do not know their size are read too")
            let cases: [(path: String, limit: Int, problem: String, reason: FileError.Reason)] = [
                ("\(folder)/missing", .max, "does not exist; check the path", .doesNotExist),
                (folder, .max, "is a folder, where a file was expected", .isFolder),
                ("\(folder)/file/deeper", .max, "runs through a file", .isNotFolder),
                ("\(folder)/file", 99_999, "holds more than the 99999 bytes", .tooLarge),
                ("/proc/self/maps", 3, "holds more than the 3 bytes", .tooLarge),
                ("a\0b", .max, "NUL", .invalidPath),
                (String(repeating: "x", count: 300), .max, "too long", .invalidPath),
            ]
            for (path, limit, problem, reason) in cases {
                let error = #expect(throws: FileError.self) { try readFile(path, limit: limit) }
                #expect(error?.problem.contains(problem) == true, "\(path): \(String(describing: error))")
                #expect(error?.category == .invalidInput && error?.reason == reason)
            }
        }
    }

    @Test("A full disk and a lock that is held are told apart from other failures")
    func failures() throws {
        let device = try Descriptor(opening: "/dev/full", flags: O_WRONLY, on: .write)
        let full = #expect(throws: FileError.self) {
            try [UInt8(1)].span.bytes.withUnsafeBytes { (raw) throws(FileError) in try device.write(raw, at: 0) }
        }
        #expect(full?.reason == .diskFull && full?.category == .failure)
        try withTemporaryFolder { folder in
            let lock = try RunLock(folder: folder)
            let held = #expect(throws: FileError.self) { try RunLock(folder: folder) }
            #expect(held?.reason == .inUse && held?.category == .invalidRequest)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("A file that may not be read says so")
    func permission() throws {
        guard getuid() != 0 else {
            print("skipped: a file that may not be read says so, because root may read every file")
            return
        }
        try withTemporaryFolder { folder in
            try AtomicFile.write("x", to: "\(folder)/file")
            chmod("\(folder)/file", 0)
            let error = #expect(throws: FileError.self) { try readFile("\(folder)/file") }
            #expect(error?.problem.contains("no permission; check the owner and the read permissions") == true)
        }
    }

    @Test("Folders are made with those above them, and left alone where they exist")
    func folders() throws {
        try withTemporaryFolder { folder in
            try createFolder("\(folder)/a/b/c")
            try createFolder("\(folder)/a/b/c")
            #expect(isFolder("\(folder)/a/b/c") && pathExists("\(folder)/a") && !isFolder("\(folder)/b"))
            try AtomicFile.write("x", to: "\(folder)/file")
            #expect(throws: FileError.self) { try createFolder("\(folder)/file") }
            #expect(throws: FileError.self) { try createFolder("\(folder)/file/inner") }
            let error = #expect(throws: FileError.self) { try listFolder("\(folder)/file") }
            #expect(error?.problem == "is a file, where a folder was expected")
            #expect(try availableBytes(at: folder) > 0)
            #expect(throws: FileError.self) { try availableBytes(at: "\(folder)/missing") }
        }
    }

    @Test("A mapped file shows the bytes, an empty one none, and folders and devices are refused")
    func mapping() throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try AtomicFile.write(bytes, to: "\(folder)/file")
            try AtomicFile.write("", to: "\(folder)/empty")
            let file = try MappedFile(path: "\(folder)/file")
            unlink("\(folder)/file")
            file.willNeed()
            #expect(file.count == 20_000)
            #expect(file.withUnsafeBytes { Array($0) } == bytes, "the mapping outlives the name")
            #expect(try MappedFile(path: "\(folder)/empty").withUnsafeBytes { Array($0) } == [])
            for path in [folder, "/dev/null", "\(folder)/missing"] {
                #expect(throws: FileError.self) { try MappedFile(path: path) }
            }
        }
    }
}

@Suite("SHA-256")
struct SHA256DigestTests {
    @Test(
        "Digests are those of FIPS 180-4's examples, in one piece and byte by byte",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func knownAnswers(text: String, expected: String) {
        #expect(SHA256Digest.of(text).hexadecimal == expected)
        var stream = SHA256Digest.Stream()
        for byte in text.utf8 { stream.update([byte]) }
        #expect(stream.finish() == SHA256Digest(hexadecimal: expected))
    }

    @Test("The digest of a file is that of its bytes, beyond one buffer too")
    func files() throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 >> 3) }
            try AtomicFile.write(bytes, to: "\(folder)/file")
            #expect(try SHA256Digest.ofFile("\(folder)/file") == SHA256Digest.of(bytes))
            #expect(throws: FileError.self) { try SHA256Digest.ofFile(folder) }
        }
    }

    @Test("Only 64 hexadecimal digits make a digest, and only 32 bytes")
    func parsing() {
        let digits = String(repeating: "0aF9", count: 16)
        #expect(SHA256Digest(hexadecimal: digits)?.hexadecimal == digits.lowercased())
        #expect(SHA256Digest(hexadecimal: digits).map(\.bytes)?.prefix(2) == [0x0A, 0xF9])
        for wrong in ["", "00", digits + "00", String(digits.dropLast()) + "g", String(digits.dropLast(2)) + "é"] {
            #expect(SHA256Digest(hexadecimal: wrong) == nil, "\(wrong)")
        }
        #expect(SHA256Digest(bytes: [1, 2]) == nil)
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    @Test(
        "A typing error finds the name it was meant to be, and a strange word finds none",
        arguments: [
            ("learningrate", "learningRate"), ("learnigRate", "learningRate"), ("learningRaet", "learningRate"),
            ("learning_rate", "learningRate"), ("seeed", "seed"), ("sede", "seed"), ("Seed", "seed"),
            ("batch", nil), ("", nil), ("q", nil), ("headlin", "headline"), ("completelyDifferent", nil),
        ] as [(String, String?)])
    func nearest(typed: String, expected: String?) {
        #expect(nearestName(to: typed, among: ["seed", "learningRate", "warmupSteps", "headline"]) == expected)
    }

    @Test("Of equally near names the first is taken, and a suggestion is the end of a sentence")
    func suggestions() {
        #expect(nearestName(to: "cot", among: ["cat", "cut"]) == "cat")
        #expect(suggestion(for: "titel", among: ["title"]) == "; did you mean \"title\"?")
        #expect(suggestion(for: "titel", among: []) == "")
    }
}
