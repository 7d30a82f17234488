import Checkpoints
import Files
import Foundation
import HeadlineData
import JSON
import NumericCore
import Settings
import Testing
import TestSupport
import Text
import Training

@Suite("What is resumed, and what is refused")
struct ResumeRefusalTests {
    /// A run of four steps with a checkpoint after each, of which two are kept.
    private func finished(in folder: String) throws -> TinyRun {
        let run = try TinyRun(in: folder, steps: 4)
        try run.go()
        return run
    }

    @Test("a folder with a run is refused unless it is to be resumed, and nothing in it changes")
    func existing() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let before = try readFile(run.checkpoint(4))
            let error = #expect(throws: TrainingError.self) { try run.go() }
            #expect(error?.category == .invalidRequest && error?.description == "\(run.path): already holds a run")
            #expect(try readFile(run.checkpoint(4)) == before)
        }
    }

    @Test("resuming where there is nothing starts afresh and says so")
    func nothingThere() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun(in: folder, steps: 3)
            let result = try run.go(resume: true)
            #expect(result.outcome == .finished)
            #expect(result.notes.contains { $0.hasPrefix("warning: ") && $0.contains("nothing to resume") })
            // The log has what came before the first step, too.
            let kinds = try run.lines().compactMap { $0["kind"]?.string }
            let start = try #require(kinds.firstIndex(of: "started"))
            #expect(kinds[..<start].contains("warning") && kinds[..<start].contains("note"), "\(kinds)")
        }
    }

    @Test("resuming a finished run changes no bit of it and says that nothing is left")
    func finishedAlready() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let (state, models) = (try readFile(run.checkpoint(4)), try run.models())
            let result = try run.go(resume: true)
            #expect(result.outcome == .finished)
            #expect(result.notes.contains { $0.contains("nothing left to train") })
            #expect(try readFile(run.checkpoint(4)) == state)
            // The model card too: its figures must not depend on who wrote it.
            #expect(try run.models() == models)
        }
    }

    @Test("a killed run without any checkpoint begins again, and its record has no step twice")
    func noCheckpoint() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let record = try run.record()
            for step in [3, 4] { try FileManager.default.removeItem(atPath: run.checkpoint(step)) }
            #expect(throws: TrainingError.self) { try run.go() }
            let stored = try #require(try TrainingRun<GeneratorSetup>.storedSettings(in: run.path))
            #expect(try differences(between: stored, and: run.settings).isEmpty)
            let result = try run.go(resume: true)
            #expect(result.outcome == .finished)
            #expect(result.notes.contains { $0.contains("ended before the first checkpoint") }, "\(result.notes)")
            #expect(try run.record() == record)
        }
    }

    @Test("the stored settings are those the run was begun with")
    func storedSettings() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let stored = try #require(try TrainingRun<GeneratorSetup>.storedSettings(in: run.path))
            #expect(try differences(between: stored, and: run.settings).isEmpty)
        }
    }

    @Test("a setting that differs is refused by its key")
    func otherSettings() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let changes: [(key: String, change: (inout GeneratorSettings) -> Void)] = [
                ("seed", { $0.seed = 2 }), ("optimizer.learningRate", { $0.optimizer.learningRate = 1e-4 }),
                ("model.layers", { $0.model.layers = 1 }),
                ("batches.tokensPerMicroBatch", { $0.batches.tokensPerMicroBatch = 64 }),
                ("data.overlong", { $0.data.overlong = .drop }), ("samples.prompts", { $0.samples.prompts = [] }),
                ("model.trainLastBlocks", { $0.model.trainLastBlocks = 1 }),
                ("lossSpikeGuard.deviations", { $0.lossSpikeGuard.deviations = 6 }),
                ("batches.steps", { $0.batches.steps = 8 }),
            ]
            for (key, change) in changes {
                var other = run
                change(&other.settings)
                let error = #expect(throws: SettingsError.self, "\(key)") { try other.go(resume: true) }
                #expect(error?.description.contains("`\(key)`") == true, "\(error?.description ?? "")")
            }
            #expect(pathExists(run.checkpoint(4)))
        }
    }

    @Test("headlines that have changed since are refused")
    func otherData() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let path = try #require(run.settings.data.train?.path)
            var bytes = try readFile(path)
            bytes[2] = bytes[2] == UInt8(ascii: "q") ? UInt8(ascii: "x") : UInt8(ascii: "q")
            try AtomicFile.write(bytes, to: path)
            let error = #expect(throws: TrainingError.self) { try run.go(resume: true) }
            #expect(error?.description.contains("other headlines") == true)
        }
    }

    @Test("a checkpoint of another kind, version or writer is refused, each by what it is")
    func otherKinds() throws {
        let cases: [(header: String, says: String)] = [
            (
                #"{"version":2,"kind":"classifier","configuration":"name: x","dataDigest":"","progress":PROGRESS}"#,
                "classifier"
            ),
            (#"{"version":99,"kind":"generator"}"#, "version 99"), (#"{"some":"thing"}"#, "something else"),
            (#"{"version":2,"kind":"generator"}"#, "cannot read"), ("not JSON", "something else"),
        ]
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let header = try JSONValue(parsing: try RunStateReader(path: run.checkpoint(4)).metadata("run"))
            let progress = String(decoding: try #require(header["progress"]).serialized(), as: UTF8.self)
            for (text, says) in cases {
                let bytes = Array(text.replacingOccurrences(of: "PROGRESS", with: progress).utf8)
                try RunStateWriter.write(
                    to: run.checkpoint(5), metadata: [("run", bytes)], arrays: [("model/x", NDArray([1], shape: [1]))])
                let error = #expect(throws: (any Error).self) { try run.go(resume: true) }
                #expect(error.map { "\($0)".contains(says) } == true, "\(says): \(error.map { "\($0)" } ?? "no error")")
            }
        }
    }

    @Test("a checkpoint with an array more, less or of another shape is refused by its name")
    func otherArrays() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let reader = try RunStateReader(path: run.checkpoint(4))
            let metadata = [("run", try reader.metadata("run"))]
            let arrays = try reader.names.map { ($0, try reader.array($0)) }
            let name = "model/h.1.ln_1.bias"
            let one = NDArray([1], shape: [1])
            let cases: [(arrays: [(String, NDArray)], says: String)] = [
                (arrays + [("model/extra", one)], "model/extra"), (arrays.filter { $0.0 != name }, name),
                (arrays.map { $0.0 == name ? (name, one) : $0 }, name),
            ]
            for (arrays, says) in cases {
                try RunStateWriter.write(to: run.checkpoint(5), metadata: metadata, arrays: arrays)
                let error = #expect(throws: FileError.self) { try run.go(resume: true) }
                #expect(error?.description.contains(says) == true, "\(error?.description ?? "no error")")
            }
        }
    }

    @Test("a damaged newest checkpoint is passed over, moved aside and said, and the run ends with the same bits")
    func damagedNewest() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            let whole = try readFile(run.checkpoint(4))
            let damages: [(name: String, make: ([UInt8]) -> [UInt8])] = [
                ("a flipped byte", { $0.enumerated().map { $0.offset == whole.count / 2 ? ~$0.element : $0.element } }),
                ("a cut end", { Array($0.dropLast(100)) }), ("no content", { _ in [] }),
                ("text", { _ in Array("hello".utf8) }),
            ]
            for (name, make) in damages {
                try AtomicFile.write(make(whole), to: run.checkpoint(4))
                let result = try run.go(resume: true)
                #expect(result.outcome == .finished, "\(name)")
                #expect(
                    result.notes.contains {
                        $0.contains("warning: passed over") && $0.contains("step-000004.h5") && $0.contains(".damaged")
                    }, "\(name): \(result.notes)")
                #expect(pathExists(run.checkpoint(4) + ".damaged"), "\(name)")
                let state = try RunStateReader(path: run.checkpoint(4))
                #expect(state.names.count == 84, "\(name): \(state.names.count)")
                #expect(try readFile(run.checkpoint(4)).count == whole.count, "\(name)")
                // Its successor can be damaged in turn: step 3 is kept beside it.
                #expect(pathExists(run.checkpoint(3)), "\(name)")
            }
        }
    }

    @Test("where every checkpoint is damaged, the run is refused with the reason, and no file is touched")
    func allDamaged() throws {
        try withTemporaryFolder { folder in
            let run = try finished(in: folder)
            for step in [3, 4] { try AtomicFile.write("damage", to: run.checkpoint(step)) }
            let error = #expect(throws: TrainingError.self) { try run.go(resume: true) }
            let text = error?.description ?? ""
            #expect(text.contains("none of its 2 checkpoints") && text.contains("step-000004.h5"), "\(text)")
            #expect(try readFile(run.checkpoint(4)) == Array("damage".utf8))
            try FileManager.default.removeItem(atPath: run.checkpoint(3))
            let only = #expect(throws: TrainingError.self) { try run.go(resume: true) }?.description ?? ""
            #expect(only.contains("its only checkpoint cannot be used (") && only.contains("step-000004.h5"), "\(only)")
        }
    }

    @Test("a second run in the folder is refused while the first is writing")
    func twoRuns() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun(in: folder)
            let second = SecondRun { try run.go(resume: true) }
            try run.go(watching: [second])
            #expect("\(try #require(second.error))".contains("another run"))
        }
    }

    /// Tries to start another run when the first has made its first step.
    private final class SecondRun: TrainingObserver {
        private(set) var error: (any Error)?
        private let start: () throws -> Void

        init(_ start: @escaping () throws -> Void) { self.start = start }

        func receive(_ event: TrainingEvent) throws {
            guard case .step = event, error == nil else { return }
            do { try start() } catch { self.error = error }
        }

        func flush() throws {}
    }
}
