import Files
import Foundation
import ProcessMemory
import Testing
import Training

@Suite struct MetricsLogTests {
    @Test("every event becomes one line of JSON with the documented fields in order")
    func lines() throws {
        let written = try withTemporaryFolder { folder in
            let log = try MetricsLog(creating: folder + "/metrics.jsonl", clock: { 1_700_000_000.25 })
            for event in exampleEvents { try log.receive(event) }
            try log.flush()
            let bytes = try contents(folder + "/metrics.jsonl")
            #expect(log.offset == bytes.count)
            return String(decoding: bytes, as: UTF8.self)
        }
        let time = "\"time\":1700000000.25"
        let perplexity0 = exp(10.8249)
        let perplexity1 = exp(5.8021)
        let expected = [
            #"{"kind":"note",\#(time),"text":"2400 of 2400 rows kept"}"#,
            #"{"kind":"started",\#(time),"name":"sample","parameters":3210000,"trainedParameters":3210000,"#
                + #""trainingHeadlines":2400,"validationHeadlines":600,"trainingTokens":45123,"#
                + #""resumedAfterStep":0,"totalSteps":200}"#,
            #"{"kind":"evaluation",\#(time),"step":0,"loss":10.8249,"perplexity":\#(perplexity0),"#
                + #""bitsPerByte":null,"tokens":53674,"seconds":11.0,"best":false}"#,
            #"{"kind":"step",\#(time),"step":1,"totalSteps":200,"epoch":0.01,"loss":5.99,"learningRate":0.00097,"#
                + #""gradientNorm":0.8312,"tokens":128,"seconds":0.5,"tokensPerSecond":256.0,"#
                + #""residentMemory":1214000000,"skipped":false}"#,
            #"{"kind":"step",\#(time),"step":2,"totalSteps":200,"epoch":0.02,"loss":null,"learningRate":0.00097,"#
                + #""gradientNorm":0.8312,"tokens":128,"seconds":0.5,"tokensPerSecond":256.0,"#
                + #""residentMemory":1214000000,"skipped":true,"note":"loss is nan"}"#,
            #"{"kind":"evaluation",\#(time),"step":100,"loss":5.8021,"perplexity":\#(perplexity1),"#
                + #""bitsPerByte":1.9324,"tokens":53674,"seconds":12.25,"best":true}"#,
            #"{"kind":"samples",\#(time),"step":100,"samples":[{"prompt":"Scientists discover","#
                + #""completion":" *new* planet"},{"prompt":"AI could soon","#
                + #""completion":" say \"é\"\n\u001b[2J👩‍🚀"}]}"#,
            #"{"kind":"saved",\#(time),"step":100,"path":"checkpoints/sample/step-000100.h5","seconds":0.42,"#
                + #""bytes":38500000}"#,
            #"{"kind":"warning",\#(time),"text":"3 headlines were cut"}"#,
            #"{"kind":"stopped",\#(time),"step":100,"reason":"interrupted by SIGINT"}"#,
            #"{"kind":"finished",\#(time),"steps":200,"seconds":192.4,"tokens":25600,"bestStep":100,"#
                + #""bestLoss":5.8021,"peakResidentMemory":1500000000}"#,
        ]
        let lines = written.split(separator: "\n").map(String.init)
        #expect(lines == expected)
        #expect(written.hasSuffix("\n"))
        for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    }

    @Test("a resumed log is what the log would be without the interruption: no step twice, none lost")
    func resume() throws {
        try withTemporaryFolder { folder in
            let whole = folder + "/whole.jsonl"
            let log = try MetricsLog(creating: whole, clock: { 5 })
            for number in 1...9 { try log.receive(.step(step(number))) }

            let path = folder + "/metrics.jsonl"
            let first = try MetricsLog(creating: path, clock: { 5 })
            for number in 1...4 { try first.receive(.step(step(number))) }
            try first.flush()
            let offset = first.offset
            for number in 5...7 { try first.receive(.step(step(number))) }

            let second = try MetricsLog(resuming: path, at: offset, clock: { 5 })
            #expect(second.resumeNote == nil)
            #expect(second.offset == offset)
            for number in 5...9 { try second.receive(.step(step(number))) }
            #expect(try text(path) == text(whole))
        }
    }

    @Test("a log that is not as the checkpoint says is continued after its last whole line, and that is said")
    func damaged() throws {
        let cases: [(found: String?, offset: Int, kept: String, note: String?)] = [
            (nil, 0, "", nil),
            (nil, 10, "", "has 0 bytes where the checkpoint expects 10"),
            ("{}\n{}\n", 6, "{}\n{}\n", nil),
            ("{}\n{}\n", 3, "{}\n", nil),
            ("{}\n{}\n", 0, "", nil),
            ("{}\n{}\n", 9, "{}\n{}\n", "has 6 bytes where the checkpoint expects 9"),
            ("{}\n{}\n", 5, "{}\n", "has no line that ends at byte 5"),
            ("{}\n{\"a", 6, "{}\n", "has no line that ends at byte 6"),
            ("{\"a", 6, "", "has 3 bytes where the checkpoint expects 6"),
            ("{}\n", -1, "", "has no line that ends at byte -1"),
            (String(repeating: "x", count: 200_000), 150_000, "", "has no line that ends at byte 150000"),
            ("{}\n" + String(repeating: "x", count: 200_000), 150_000, "{}\n", "has no line that ends at byte 150000"),
        ]
        for (found, offset, kept, note) in cases {
            try withTemporaryFolder { folder in
                let path = folder + "/metrics.jsonl"
                if let found { try Data(found.utf8).write(to: URL(fileURLWithPath: path)) }
                let log = try MetricsLog(resuming: path, at: offset)
                #expect(try text(path) == kept)
                #expect(log.offset == kept.utf8.count)
                if let note {
                    #expect(log.resumeNote?.contains(note) == true, "\(note)")
                } else {
                    #expect(log.resumeNote == nil)
                }
            }
        }
    }

    @Test("a new log never overwrites a file, and a folder that is not there is named")
    func creation() throws {
        try withTemporaryFolder { folder in
            _ = try MetricsLog(creating: folder + "/a")
            #expect(throws: FileError.self) { try MetricsLog(creating: folder + "/a") }
            #expect(throws: FileError.self) { try MetricsLog(creating: folder + "/none/a") }
            #expect(throws: FileError.self) { try MetricsLog(resuming: folder, at: 0) }
        }
    }
}
