import Files
import Foundation
import Testing
import TestSupport
import Training

@Suite struct EventFileTests {
    @Test("CRC-32C has the published check values")
    func checkValues() {
        let cases: [(bytes: [UInt8], value: UInt32)] = [
            (Array("123456789".utf8), 0xE306_9283),  // The catalogue's check value.
            ([], 0),
            // RFC 3720, appendix B.4.
            (Array(repeating: 0, count: 32), 0x8A91_36AA),
            (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E),
            (Array((0..<32).reversed()), 0x113F_DB5C),
        ]
        for (bytes, value) in cases {
            #expect(CRC32C.checksum(bytes) == value)
            #expect(CRC32C.masked(bytes) == (value >> 15 | value << 17) &+ 0xA282_EAD8)
        }
    }

    @Test("a record is its length and data, each followed by its masked check value, the lowest byte first")
    func record() {
        let data = Array("abc".utf8)
        let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
        func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        let expected = length + bytes(CRC32C.masked(length)) + data + bytes(CRC32C.masked(data))
        #expect(EventFileWriter.record(data) == expected)
    }

    /// The bytes that `Tests/Fixtures/reporting` holds were read by TensorBoard itself: `check_tensorboard.py` does it, and
    /// compares what it read with the numbers and texts of the events below. To make them anew after a change, run this
    /// test with `REWRITE_FIXTURES=1`, which fails, and then the script.
    @Test("a run and its resumption give, byte for byte, the files that TensorBoard has read")
    func files() throws {
        try withTemporaryFolder { folder in
            let clock = ManualClock(1_700_000_000.5)
            let first = try EventFileWriter(folder: folder, host: "test host", clock: clock.read)
            // A note has no value to plot; without it the moments are those of the stored files.
            for event in exampleEvents {
                if case .note = event { continue }
                clock.now += 0.25
                try first.receive(event)
            }
            for number in 3...5 { try first.receive(.step(step(number))) }
            try first.flush()
            clock.now += 10
            let second = try EventFileWriter(folder: folder, resumingAtStep: 4, host: "test host", clock: clock.read)
            for number in 4...6 { try second.receive(.step(step(number, loss: Double(number)))) }
            try second.receive(.samples(exampleSamples))
            try second.flush()

            let names = ["1700000000.test_host", "1700000013.test_host"].map { "events.out.tfevents." + $0 }
            #expect([first.path, second.path] == names.map { "\(folder)/\($0)" })
            for name in names {
                let written = try contents("\(folder)/\(name)")
                let stored = fixture("reporting/\(name)")
                if ProcessInfo.processInfo.environment["REWRITE_FIXTURES"] != nil {
                    try Data(written).write(to: stored)
                    Issue.record("\(name) was rewritten; check it with Tests/Fixtures/check_tensorboard.py")
                }
                #expect(written == Array(try Data(contentsOf: stored)))
            }
        }
    }

    @Test("the file of a resumed run sorts after those that are there, even when the clock was set back")
    func names() throws {
        let cases: [(there: [String], now: Double, name: String)] = [
            ([], 1_700_000_000, "1700000000.h"),
            ([], 5, "0000000005.h"),
            (["events.out.tfevents.1700000000.h"], 1_700_000_000.9, "1700000001.h"),
            (["events.out.tfevents.1700000000.h"], 1_600_000_000, "1700000001.h"),
            (["events.out.tfevents.1600000000.h", "metrics.jsonl"], 1_700_000_000, "1700000000.h"),
            (["events.out.tfevents.9223372036854775807.h", "events.out.tfevents.x.h"], 1_700_000_000, "1700000000.h"),
        ]
        for (there, now, name) in cases {
            try withTemporaryFolder { folder in
                for file in there { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(file)")) }
                let writer = try EventFileWriter(folder: folder, host: "h", clock: { now })
                #expect(writer.path == "\(folder)/events.out.tfevents.\(name)")
            }
        }
        #expect(throws: FileError.self) { try EventFileWriter(folder: "/nowhere at all") }
    }
}
