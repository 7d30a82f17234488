import Files
import Foundation
import JSON
import ProcessMemory
import Testing
import TestSupport

@Suite("A run that is killed")
struct KillTests {
    private static let steps = 160
    private static let interval = 4

    private func arguments(_ workplace: Workplace, _ output: String, threads: Int) -> [String] {
        workplace.training(
            output, "--set", "batches.steps=\(Self.steps)", "--set", "checkpoints.everySteps=\(Self.interval)", "--set",
            "checkpoints.shareOfTime=0", "--set", "evaluation.everySteps=50", "--threads", "\(threads)", "--quiet")
    }

    @Test(
        "after twenty kills -9, five of them inside a checkpoint write, the weights are those of an undisturbed run",
        arguments: Workplace.Kind.allCases)
    func killed(kind: Workplace.Kind) throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: kind)
            let undisturbed = try Command.run("train", arguments(workplace, "whole", threads: 1), in: folder)
            #expect(undisturbed.status == 0, "\(undisturbed.errors)")

            var random = SeededNumbers(seed: 20)
            var kills = Kills()
            while kills.count < 20 || kills.insideWrites < 5 {
                guard kills.count < 60 else {
                    Issue.record("only \(kills.insideWrites) of \(kills.count) kills fell inside a checkpoint write")
                    break
                }
                // Threads alternate, as they may on resume.
                let command = try Command(
                    "train", arguments(workplace, "killed", threads: 1 + kills.count % 2) + ["--resume"], in: folder)
                let inside = kills.count % 2 == 0
                let start = workplace.newestStep("killed")
                if inside {
                    // In the second half no further than the first write, so that the run does not end too early.
                    waitForWrite(in: "\(folder)/killed", of: command)
                } else {
                    let goal = start + Int.random(in: 0...6, using: &random)
                    while command.isRunning, workplace.newestStep("killed") < goal { usleep(300) }
                    usleep(UInt32.random(in: 0...30_000, using: &random))
                }
                command.send(SIGKILL)
                let ended = try command.wait()
                #expect(
                    ended.wasKilled && ended.status == SIGKILL, "the run ended before it was killed: \(ended.errors)")
                kills.note(workplace, "killed", leftover: isWriting(in: "\(folder)/killed"))
            }

            let last = try Command.run("train", arguments(workplace, "killed", threads: 2) + ["--resume"], in: folder)
            #expect(last.status == 0, "\(last.errors)")
            kills.add(workplace, "killed")
            #expect(try workplace.weights("killed") == workplace.weights("whole"))
            #expect(workplace.record("killed") == workplace.record("whole"))
            #expect(!isWriting(in: "\(folder)/killed"), "what a killed process left half-written is still there")
            let most = Self.steps + kills.count * Self.interval
            #expect(kills.stepsMade <= most, "\(kills.stepsMade) steps, at most \(most) expected")
            print(
                "\(kind) kills: \(kills.count), inside a checkpoint write: \(kills.insideWrites), "
                    + "steps made: \(kills.stepsMade) of at most \(most)")
        }
    }

    /// Counts of what was killed, and what it had done.
    private struct Kills {
        private(set) var count = 0
        private(set) var insideWrites = 0
        private(set) var stepsMade = 0
        private var newestStart: Double?

        mutating func note(_ workplace: Workplace, _ output: String, leftover: Bool) {
            count += 1
            if leftover { insideWrites += 1 }
            add(workplace, output)
        }

        /// Counts the steps that the newest process has written down, which are those after its line `started`; a process
        /// that was killed before that line has made none.
        mutating func add(_ workplace: Workplace, _ output: String) {
            let lines = workplace.metrics(output)
            guard let start = lines.lastIndex(where: { $0["kind"]?.string == "started" }) else { return }
            let time = lines[start]["time"]?.number
            guard time != newestStart else { return }
            newestStart = time
            stepsMade += lines[start...].count { $0["kind"]?.string == "step" }
        }
    }

    /// Returns when a checkpoint is being written, or the command has ended.
    private func waitForWrite(in folder: String, of command: Command) {
        // What is there before belongs to the process killed before, until the new one has swept it away.
        while command.isRunning, isWriting(in: folder) {}
        while command.isRunning, !isWriting(in: folder) {}
    }

    private func isWriting(in folder: String) -> Bool {
        guard isFolder(folder), let names = try? listFolder(folder) else { return false }
        return names.contains { $0.hasPrefix(".step-") && $0.hasSuffix(".partial") }
    }

    @Test("one and two threads end with the same weights", arguments: Workplace.Kind.allCases)
    func threads(kind: Workplace.Kind) throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder, kind: kind)
            for threads in [1, 2] {
                #expect(try workplace.train("threads-\(threads)", ["--threads", "\(threads)"]).status == 0)
            }
            #expect(try workplace.weights("threads-1") == workplace.weights("threads-2"))
        }
    }
}

@Suite("A run that is asked to stop")
struct SignalTests {
    private let endless = [
        "--set", "batches.steps=1000000", "--set", "checkpoints.everySteps=1000000", "--set",
        "evaluation.everySteps=1000000",
    ]

    @Test("Ctrl-C, SIGTERM and SIGHUP save a checkpoint and exit with 130, 143 and 129, and the run goes on from there")
    func signals() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            var signals = [(SIGINT, Int32(130)), (SIGTERM, 143)]
            if Self.ignoresHangUp {
                print("skipped: SIGHUP, because these tests were started with it ignored, as by nohup")
            } else {
                signals.append((SIGHUP, 129))
            }
            for (signal, status) in signals {
                let output = "signal-\(signal)"
                var reached = 0
                for attempt in 0..<2 {
                    let command = try Command(
                        "train", workplace.training(output) + endless + (attempt > 0 ? ["--resume"] : []), in: folder)
                    workplace.wait { workplace.newestStep(output) > reached + 5 || !command.isRunning }
                    command.send(signal)
                    let ended = try command.wait()
                    #expect(!ended.wasKilled && ended.status == status, "\(ended.errors)")
                    #expect(ended.errors.contains("stopping:") == (signal != SIGHUP))
                    #expect(ended.errors.contains("resume it with --resume"))
                    #expect(ended.reports.isEmpty)
                    if attempt > 0 { #expect(ended.errors.contains("resumed after step \(reached)")) }
                    reached = workplace.newestStep(output)
                    #expect(pathExists("\(folder)/\(output)/step-\(String(format: "%06d", reached)).h5"))
                    #expect(pathExists("\(folder)/\(output)/last/model.safetensors"))
                }
            }
        }
    }

    /// Whether this process, and so every command it starts, ignores SIGHUP.
    private static var ignoresHangUp: Bool {
        let before = signal(SIGHUP, SIG_IGN)
        signal(SIGHUP, before)
        return unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    @Test("under nohup a closed terminal does not stop a run")
    func ignoredHangUp() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let train = Command.folder.appendingPathComponent("train").path
            let command = try Command(
                "/usr/bin/nohup", [train] + workplace.training("run") + endless, in: folder)
            workplace.wait { workplace.newestStep("run") > 2 || !command.isRunning }
            command.send(SIGHUP)
            let step = workplace.newestStep("run")
            workplace.wait { workplace.newestStep("run") > step + 5 || !command.isRunning }
            #expect(command.isRunning)
            command.send(SIGTERM)
            #expect(try command.wait().status == 143)
        }
    }

    @Test("a run whose output nobody reads any more goes on to its end and saves")
    func brokenPipe() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let train = Command.folder.appendingPathComponent("train").path
            func line(_ output: String, _ more: [String]) -> String {
                ([train] + workplace.training(output) + more).map { "'\($0)'" }.joined(separator: " ")
            }
            let whole = line("run", ["--set", "batches.steps=300"])
            let script = "\(whole) 2>&1 | head -n 1 > seen; echo \"${PIPESTATUS[0]}\""
            let ended = try Command.run("/bin/bash", ["-c", script], in: folder)
            #expect(ended.output == "0\n", "\(ended.output)")
            #expect(try readFile("\(folder)/seen").isEmpty == false)
            #expect(pathExists("\(folder)/run/step-000300.h5") && pathExists("\(folder)/run/last/model.safetensors"))
        }
    }

    @Test("a second Ctrl-C ends the run at once, and its last checkpoint stays")
    func twice() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            // A micro-batch that takes seconds cannot be what ends the process.
            let slow = ["--set", "model.hiddenSize=512", "--set", "model.layers=24", "--threads", "1"]
            let command = try Command("train", workplace.training("slow") + endless + slow, in: folder)
            workplace.wait { !workplace.metrics("slow").isEmpty || !command.isRunning }
            command.send(SIGINT)
            usleep(100_000)
            #expect(command.isRunning, "the first signal ended the process before its answer")
            command.send(SIGINT)
            let start = Date()
            let ended = try command.wait()
            #expect(ended.wasKilled && ended.status == SIGINT, "\(ended.status) \(ended.errors)")
            #expect(Date().timeIntervalSince(start) < 2)
        }
    }
}

extension Workplace {
    /// The steps and evaluations of a run, without what depends on the clock.
    func record(_ output: String) -> [String] {
        let volatile: Set = ["time", "seconds", "tokensPerSecond", "residentMemory"]
        return metrics(output).filter { ["step", "evaluation", "samples"].contains($0["kind"]?.string) }.map { line in
            let members = (line.object ?? []).filter { !volatile.contains($0.key) }
            return String(decoding: JSONValue.object(members).serialized(), as: UTF8.self)
        }
    }
}
