import Files
import Foundation
import Testing
import TestSupport

@Suite("Bad run folders of train generator")
struct BadResumeTests {
    /// The bytes of all checkpoints and models of a run, by path.
    private func contents(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try listFolder(folder) where !name.hasPrefix(".") {
            if isFolder("\(folder)/\(name)") {
                for (inner, bytes) in try contents("\(folder)/\(name)") { files["\(name)/\(inner)"] = bytes }
            } else {
                files[name] = try readFile("\(folder)/\(name)")
            }
        }
        return files
    }

    @Test("what does not belong to the run, or damages it, is refused, and not a byte of the run changes")
    func refused() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let run = "\(folder)/run"
            let before = try contents(run)
            func resume(_ more: String...) -> [String] { workplace.training("run", "--resume") + more }
            try Refusal("a run that is there", workplace.training("run"), 64, run, "--resume", "--output").check(
                "train", in: folder)
            try Refusal("another seed", resume("--seed", "9"), 64, "`seed` is 1 there and 9 now").check(
                "train", in: folder)
            try Refusal("another seed, only tried", resume("--seed", "9", "--dry-run"), 64, "`seed` is 1 there").check(
                "train", in: folder)
            let tried = try workplace.train("run", ["--resume", "--dry-run"])
            #expect(tried.status == 0 && tried.output.contains("; 0 steps are left"), "\(tried.output)\(tried.errors)")
            try Refusal(
                "another setting", resume("--set", "optimizer.maxGradientNorm=2"), 64, "`optimizer.maxGradientNorm`"
            ).check(
                "train", in: folder)
            let other = "\(folder)/other.txt"
            try AtomicFile.write(Array(try readFile(workplace.headlines).dropFirst(20)), to: other)
            try Refusal("another file", resume("--train", other), 64, "`data.train`").check("train", in: folder)
            let headlines = try readFile(workplace.headlines)
            try AtomicFile.write(Array(headlines.dropFirst(20)), to: workplace.headlines)
            try Refusal("other headlines in the file", resume(), 65, "other headlines").check("train", in: folder)
            try Refusal("other headlines, only tried", resume("--dry-run"), 65, "other headlines").check(
                "train", in: folder)
            try AtomicFile.write(headlines, to: workplace.headlines)
            #expect(
                try contents(run).filter { $0.key != "metrics.jsonl" } == before.filter { $0.key != "metrics.jsonl" })

            for (name, bytes) in before where name.hasSuffix(".h5") {
                try AtomicFile.write(Array(bytes.prefix(bytes.count / 2)), to: "\(run)/\(name)")
            }
            try Refusal("nothing but damage", resume(), 65, "none of its 2 checkpoints", "step-000006.h5").check(
                "train", in: folder)
            for (name, bytes) in before where name == "step-000004.h5" {
                try AtomicFile.write(bytes, to: "\(run)/\(name)")
            }
            let resumed = try workplace.train("run", ["--resume"])
            #expect(resumed.status == 0 && resumed.errors.contains("warning: passed over"), "\(resumed.errors)")
            #expect(resumed.errors.contains("resumed after step 4"))
            #expect(
                try contents(run).filter { $0.key.hasPrefix("last/") } == before.filter { $0.key.hasPrefix("last/") })
        }
    }

    @Test("a plain --resume takes the settings the run was begun with, whatever the file says of other keys")
    func stored() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let begun = ["--seed", "5", "--set", "optimizer.maxGradientNorm=0.5", "--set", "batches.steps=4"]
            #expect(try workplace.train("run", begun).status == 0)
            let output = ["generator", "--output", "\(folder)/run", "--resume"]
            let plain = try Command.run("train", output, in: folder)
            #expect(plain.status == 0 && plain.errors.contains("nothing left to train"), "\(plain.errors)")
            // The file does not speak of the seed and the clip; it does speak of the steps.
            try AtomicFile.write("name: tiny\n", to: "\(folder)/short.yaml")
            #expect(try Command.run("train", output + ["--config", "\(folder)/short.yaml"], in: folder).status == 0)
            try Refusal(
                "the file's steps", workplace.training("run", "--resume"), 64, "`batches.steps` is 4 there and 6 now"
            ).check("train", in: folder)
            let quiet = try Command.run("train", output + ["--threads", "1", "--quiet"], in: folder)
            #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
        }
    }

    @Test("a plain --resume of a run that was killed before its first checkpoint begins that run again, and no other")
    func killedEarly() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run", ["--seed", "5", "--set", "optimizer.maxGradientNorm=0.5"]).status == 0)
            let weights = try workplace.weights("run")
            // What a kill before the first checkpoint leaves: settings and a record, but no state and no model.
            for name in try listFolder("\(folder)/run") where name != "config.yaml" && name != "metrics.jsonl" {
                try FileManager.default.removeItem(atPath: "\(folder)/run/\(name)")
            }
            // A configuration that is taken when none is named must not be.
            try FileManager.default.createDirectory(atPath: "\(folder)/configs", withIntermediateDirectories: false)
            try AtomicFile.write(
                "name: other\ndata:\n  train: ../headlines.txt\n", to: "\(folder)/configs/generator-sample.yaml")
            let plain = ["generator", "--output", "\(folder)/run", "--resume"]
            let tried = try Command.run("train", plain + ["--dry-run"], in: folder)
            #expect(tried.status == 0 && tried.output.contains("nothing to resume"), "\(tried.output)\(tried.errors)")
            let ended = try Command.run("train", plain, in: folder)
            #expect(
                ended.status == 0 && ended.errors.contains("ended before the first checkpoint: nothing to resume"),
                "\(ended.errors)")
            #expect(try workplace.weights("run") == weights)
        }
    }

    @Test("nothing to resume is a warning, not an end")
    func nothing() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let ended = try workplace.train("run", ["--resume", "--quiet"])
            #expect(ended.status == 0)
            #expect(
                ended.errors.contains("warning: \(folder)/run: nothing to resume, starting afresh"), "\(ended.errors)")
        }
    }

    @Test("two runs in one folder: the second is told who writes there, and the first goes on")
    func two() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let endless = ["--set", "batches.steps=1000000"]
            let first = try Command("train", workplace.training("run") + endless, in: folder)
            workplace.wait { workplace.newestStep("run") > 2 || !first.isRunning }
            try Refusal(
                "a second run", workplace.training("run", "--resume") + endless, 64,
                "another run (process \(first.number))"
            ).check("train", in: folder)
            let step = workplace.newestStep("run")
            workplace.wait { workplace.newestStep("run") > step || !first.isRunning }
            first.send(SIGTERM)
            #expect(try first.wait().status == 143)
        }
    }

    /// Runs a script of Bash in a mount namespace of its own, where it may mount; `nil`, with a line that says so, where the
    /// system does not allow that.
    private func mounting(_ script: String, in folder: String) throws -> Command.Ended? {
        guard getuid() == 0, pathExists("/usr/bin/unshare"),
            try Command.run("/usr/bin/unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], in: folder).status == 0
        else {
            print("skipped: a full disk and a read-only folder, because mounting needs root")
            return nil
        }
        return try Command.run("/usr/bin/unshare", ["-m", "bash", "-c", script], in: folder)
    }

    @Test("a disk that fills up while saving costs nothing but the run's end, and a read-only folder is said to be one")
    func disks() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            try FileManager.default.createDirectory(atPath: "\(folder)/disk", withIntermediateDirectories: false)
            let train = Command.folder.appendingPathComponent("train").path
            let arguments = [
                "generator", "--config", workplace.configuration, "--output", "\(folder)/disk/run", "--set",
                "checkpoints.keep=20",
            ]
            let line = ([train] + arguments).map { "'\($0)'" }.joined(separator: " ")
            // A checkpoint of this model takes about 140 kB and a model folder 60.
            let script = """
                cd '\(folder)'; mount -t tmpfs -o size=320k tmpfs disk
                \(line) 2> full-errors; echo "full: $?"
                ls disk/run
                mount -o remount,size=20m disk
                \(line) --resume 2> resumed-errors; echo "resumed: $?"
                sha256sum < disk/run/last/model.safetensors
                mount -o remount,ro disk
                \(line) --resume 2> readonly-errors; echo "read-only: $?"
                """
            guard let ended = try mounting(script, in: folder) else { return }
            func errors(_ name: String) throws -> String {
                String(decoding: try readFile("\(folder)/\(name)-errors"), as: UTF8.self)
            }
            let full = try errors("full").split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(ended.output.contains("full: 1\n"), "\(ended.output) \(full)")
            #expect(full.count == 1 && full[0].contains("the disk is full") && full[0].contains("untouched"), "\(full)")
            #expect(ended.output.contains("step-000002.h5") && !ended.output.contains(".partial"))
            let resumed = try errors("resumed")
            #expect(ended.output.contains("resumed: 0\n") && resumed.contains("resumed after step"), "\(resumed)")
            #expect(ended.output.contains("read-only: 1\n"), "\(ended.output)")
            let readOnly = try errors("readonly").split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(readOnly.count == 1 && readOnly[0].contains("read-only"), "\(readOnly)")
            #expect(try workplace.train("undisturbed").status == 0)
            #expect(ended.output.contains(try workplace.weights("undisturbed")[0]))
        }
    }
}
