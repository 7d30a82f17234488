import Checkpoints
import Files
import Foundation
import JSON
import ModelFolders
import NumericCore
import Settings
import Testing
import TestSupport
import Training

/// Run states that take frozen parameters from the base model instead of storing them.
@Suite("Run states of a partly frozen run")
struct FrozenBaseTests {
    /// A base that was trained in a moment.
    private func base(in folder: String, named name: String = "base", seed: Int = 1) throws -> String {
        var run = try TinyRun(in: folder, named: name, steps: 3)
        run.settings.seed = seed
        try run.go()
        return "\(run.path)/last"
    }

    /// A run that trains the last block of the base alone.
    private func run(in folder: String, base: String) throws -> TinyRun {
        var run = try TinyRun(in: folder, named: "whole")
        run.settings.model.base = ConfiguredPath(base)
        run.settings.model.trainLastBlocks = 1
        return run
    }

    /// The same run in another folder, stopped after three steps.
    private func stopped(_ run: TinyRun, _ name: String, in folder: String) throws -> TinyRun {
        let parts = run.renamed(name, in: folder)
        let events = EventList()
        try parts.go(watching: [events], stopSignal: { events.steps.count == 3 ? 15 : nil })
        return parts
    }

    private func weights(of run: TinyRun) throws -> [UInt8] { try readFile("\(run.path)/last/model.safetensors") }

    private func problem(_ run: TinyRun) -> String {
        do { return "\(try run.go(resume: true).outcome)" } catch { return "\(error)" }
    }

    @Test("they hold trained parameters and the digest of the base, and the run resumes to the same bits")
    func resume() throws {
        try withTemporaryFolder { folder in
            let base = try base(in: folder)
            let whole = try run(in: folder, base: base)
            try whole.go()
            let parts = try stopped(whole, "parts", in: folder)
            let reader = try RunStateReader(path: parts.checkpoint(3))
            #expect(!reader.names.isEmpty && reader.names.allSatisfy { $0.contains("/h.1.") })
            let header = try JSONValue(parsing: try reader.metadata("run"))
            #expect(header["version"]?.integer == 3)
            #expect(try header["baseDigest"]?.string == ModelIdentity.digest(ofWeightsIn: base))
            #expect(try parts.go(resume: true).outcome == .finished)
            #expect(try parts.state(after: 6) == whole.state(after: 6))
            #expect(try weights(of: parts) == weights(of: whole))
            // The frozen parameters are still those of the base.
            let (before, after) = (
                try GeneratorFolder(path: base).parameters(),
                try GeneratorFolder(path: "\(parts.path)/last").parameters()
            )
            for (name, values) in before {
                #expect((values.elements == after[name]?.elements) == !name.hasPrefix("h.1."), "\(name)")
            }
        }
    }

    @Test("a base that is gone, or holds other weights, is refused by name")
    func otherBase() throws {
        try withTemporaryFolder { folder in
            let base = try base(in: folder)
            let other = try self.base(in: folder, named: "other", seed: 2)
            let parts = try stopped(try run(in: folder, base: base), "parts", in: folder)
            let original = try readFile("\(base)/model.safetensors")
            try AtomicFile.write(try readFile("\(other)/model.safetensors"), to: "\(base)/model.safetensors")
            let text = problem(parts)
            #expect(text.contains(base) && text.contains("put the original base back"), "\(text)")
            try FileManager.default.removeItem(atPath: base)
            #expect(problem(parts).contains("\(base): does not exist"), "\(problem(parts))")
            try FileManager.default.copyItem(atPath: other, toPath: base)
            try AtomicFile.write(original, to: "\(base)/model.safetensors")
            #expect(problem(parts) == "finished")
        }
    }

    @Test("a state of version 2, which stores what is frozen, is resumed whatever became of the base")
    func version2() throws {
        try withTemporaryFolder { folder in
            let base = try base(in: folder)
            let whole = try run(in: folder, base: base)
            try whole.go()
            let parts = try stopped(whole, "parts", in: folder)
            let reader = try RunStateReader(path: parts.checkpoint(3))
            var arrays = try reader.names.map { (name: $0, values: try reader.array($0)) }
            for (name, values) in try GeneratorFolder(path: base).parameters() where !name.hasPrefix("h.1.") {
                arrays.append((RunStateLayout.model + name, values))
            }
            let members = (try JSONValue(parsing: try reader.metadata("run")).object ?? []).filter {
                $0.key != "baseDigest"
            }
            .map { (key: $0.key, value: $0.key == "version" ? JSONValue.integer(2) : $0.value) }
            try RunStateWriter.write(
                to: parts.checkpoint(3), metadata: [("run", JSONValue.object(members).serialized())], arrays: arrays)
            let other = try self.base(in: folder, named: "other", seed: 2)
            try AtomicFile.write(try readFile("\(other)/model.safetensors"), to: "\(base)/model.safetensors")
            #expect(try parts.go(resume: true).outcome == .finished)
            #expect(try weights(of: parts) == weights(of: whole))
            // The base is not known to have the same values, so they are stored on.
            #expect(try RunStateReader(path: parts.checkpoint(6)).names.contains("model/wte.weight"))
        }
    }
}
