import Files
import Foundation
import JSON
import Testing
import TestSupport

@Suite("headline complete and export")
struct CompleteCommandTests {
    private func complete(_ folder: String, _ arguments: String..., model: String = "run/last") throws -> Command.Ended
    {
        try Command.run("headline", ["complete", "--model", "\(folder)/\(model)"] + arguments, in: folder)
    }

    @Test("completions come one a line, begin with the prompt, and are the same for the same seed")
    func completes() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let five = try complete(folder, "Scientists discover", "-n", "5", "--seed", "3")
            #expect(five.status == 0 && five.errors.isEmpty, "\(five.errors)")
            let lines = five.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.count == 5 && lines.allSatisfy { $0.hasPrefix("Scientists discover") })
            #expect(try complete(folder, "Scientists discover", "-n", "5", "--seed", "3").output == five.output)
            #expect(
                try complete(folder, "Scientists discover", "-n", "2", "--seed", "3").output
                    == lines.prefix(2).map { "\($0)\n" }.joined())
            #expect(try complete(folder, "Scientists discover", "-n", "5", "--seed", "4").output != five.output)
            let greedy = try complete(
                folder, "AI", "-n", "3", "--temperature", "0", "--top-k", "0", "--top-p", "1", "--repetition-penalty",
                "1", "--max-new-tokens", "5")
            #expect(Set(greedy.output.split(separator: "\n")).count == 1)

            for prompt in ["", "   ", "<|endoftext|>", "-5 degrees", "naïve 🎉"] {
                let arguments = prompt.hasPrefix("-") ? ["--", prompt] : [prompt]
                let ended = try Command.run(
                    "headline", ["complete", "--model", "\(folder)/run/best"] + arguments, in: folder)
                #expect(
                    ended.status == 0
                        && ended.output.split(separator: "\n", omittingEmptySubsequences: false).count == 2,
                    "\(prompt): \(ended.errors)")
                #expect(ended.output.hasPrefix(prompt.trimmingCharacters(in: .whitespaces)))
            }
            let control = try complete(folder, "a\u{1B}[31mb")
            #expect(control.status == 64 && control.reports.count == 1, "\(control.errors)")
            #expect(control.errors.contains("U+001B, character 2"))
            // A refusal ends the process while another thread still hashes the weights.
            for _ in 0..<30 { #expect(try complete(folder, "a\u{1B}").status == 64) }
        }
    }

    @Test(
        "prompts come from a file or standard input, completions as JSON lines, ranked, searched and not known before")
    func manyPrompts() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            try AtomicFile.write("Scientists discover\n\n  AI could soon \r\nNew law\n", to: "\(folder)/prompts.txt")
            let file = try complete(folder, "--file", "prompts.txt", "-n", "3", "--json", "--threads", "1")
            #expect(file.status == 0, "\(file.errors)")
            let lines = try file.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            #expect(
                lines.map { $0["prompt"]?.string }
                    == ["Scientists discover", "  AI could soon", "New law"].flatMap { [$0, $0, $0] })
            #expect(lines.map { $0["candidate"]?.integer } == [0, 1, 2, 0, 1, 2, 0, 1, 2])
            let alone = try complete(folder, "New law", "-n", "3", "--json")
            #expect(
                lines.suffix(3).map { $0.serialized() } == alone.output.split(separator: "\n").map { Array($0.utf8) })
            for line in lines { #expect((line["meanLogProbability"]?.number ?? 1) < 0) }

            let ranked = try complete(folder, "New law", "-n", "6", "--rank", "--json")
            let means = try ranked.output.split(separator: "\n").map {
                try JSONValue(parsing: Array($0.utf8))["meanLogProbability"]?.number ?? .nan
            }
            #expect(means.count == 6 && means == means.sorted(by: >))
            let beams = try complete(folder, "New law", "-n", "2", "--beams", "3")
            #expect(beams.status == 0 && beams.output.split(separator: "\n").count == 2)

            // What was drawn first is known now, and so another is drawn.
            let known = lines.suffix(3).compactMap { $0["headline"]?.string }
            try AtomicFile.write(
                known.map { JSONValue.object([("headline", .string($0))]).serialized() + [UInt8(ascii: "\n")] }.flatMap
                { $0 },
                to: "\(folder)/known.jsonl")
            let fresh = try complete(folder, "New law", "-n", "3", "--not-in", "known.jsonl", "--json")
            #expect(fresh.status == 0, "\(fresh.errors)")
            for line in fresh.output.split(separator: "\n") {
                let value = try JSONValue(parsing: Array(line.utf8))
                #expect(value["isKnown"] == false)
                #expect(!known.contains(value["headline"]?.string ?? ""))
            }
        }
    }

    @Test("a model in int8 and one in bfloat16 are smaller, complete, and export prints the change")
    func precisions() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            func size(_ name: String) throws -> Int { try readFile("\(folder)/\(name)/model.safetensors").count }
            for (name, flags) in [("int8", ["--int8"]), ("bfloat16", ["--precision", "bfloat16"])] {
                let ended = try Command.run(
                    "headline",
                    ["export", "--model", "run/last", "--output", name, "--validation", workplace.headlines] + flags,
                    in: folder)
                #expect(ended.status == 0 && ended.output.contains("perplexity per token"), "\(ended.errors)")
                #expect(try size(name) < size("run/last"))
                #expect(try complete(folder, "AI", model: name).output.hasPrefix("AI"))
            }
            let untold = try Command.run(
                "headline", ["export", "--model", "run/last", "--output", "untold", "--int8"], in: folder)
            #expect(untold.output.contains("change not measured: give --validation"))
            let card = String(decoding: try readFile("\(folder)/untold/README.md"), as: UTF8.self)
            #expect(card.contains("int8") && !card.contains("library_name: transformers"))
            for again in [["--int8"], ["--precision", "float16"]] {
                try Refusal(
                    "int8 anew", ["export", "--model", "int8", "--output", "other"] + again, 64, "int8 weights"
                ).check("headline", in: folder)
            }
            try Refusal(
                "two precisions",
                ["export", "--model", "run/last", "--output", "x", "--int8", "--precision", "float16"],
                64, "--int8"
            ).check("headline", in: folder)
        }
    }

    @Test("a bad line of a file of prompts is reported by its number, and the others are completed")
    func badLines() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let long = String(repeating: "word ", count: 200)
            try AtomicFile.write("AI\n\nbell\u{7}\nNew law\n\(long)\n", to: "\(folder)/prompts.txt")
            for beams in [[], ["--beams", "2"]] {
                let ended = try Command.run(
                    "headline", ["complete", "--model", "run/last", "--file", "prompts.txt"] + beams, in: folder)
                let lines = ended.output.split(separator: "\n")
                #expect(ended.status == 65 && lines.count == 2, "\(ended.errors)")
                #expect(lines.first?.hasPrefix("AI") == true && lines.last?.hasPrefix("New law") == true)
                #expect(ended.reports.count == 2)
                #expect(ended.reports.first?.contains("prompts.txt, line 3: ") == true, "\(ended.errors)")
                #expect(ended.reports.last?.contains("prompts.txt, line 5: ") == true, "\(ended.errors)")
            }
        }
    }

    @Test("beam search honors stop strings, ranks, and says which completions are known")
    func beams() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            func search(_ more: String...) throws -> [JSONValue] {
                let arguments = ["complete", "--model", "run/last", "AI", "-n", "4", "--beams", "6"]
                let ended = try Command.run(
                    "headline", arguments + ["--max-new-tokens", "8", "--json"] + more, in: folder)
                #expect(ended.status == 0, "\(ended.errors)")
                return try ended.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            }
            let plain = try search()
            #expect(plain.count == 4)
            let stopped = try search("--stop", "e", "--stop", "a")
            #expect(stopped.allSatisfy { $0["completion"]?.string?.contains { "ea".contains($0) } == false })
            let means = try search("--rank", "--length-penalty", "3").compactMap { $0["meanLogProbability"]?.number }
            #expect(means.count == 4 && means == means.sorted(by: >))
            let known = try #require(plain.first?["headline"]?.string)
            try AtomicFile.write(
                JSONValue.object([("headline", .string(known))]).serialized(), to: "\(folder)/known.jsonl")
            let fresh = try search("--not-in", "known.jsonl")
            // Several rows of tokens may spell the same headline.
            for value in fresh {
                #expect(value["isKnown"] == .boolean(value["headline"]?.string == known), "\(known)")
            }
            #expect(fresh.first?["isKnown"] == false)
        }
    }

    @Test("output that cannot be written is an error")
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let inner = "\(folder)/classifier"
            try createFolder(inner)
            let labels = try Workplace(in: inner, kind: .classifier)
            #expect(try labels.train("run").status == 0)
            let program = Command.folder.appendingPathComponent("headline").path
            for arguments in [
                "complete --model run/last AI", "complete --model run/last -n 5000 --max-new-tokens 4 AI",
                "classify --model classifier/run/last storm", "data check headlines.txt",
                "export --model run/last --output copy",
            ] {
                let ended = try Command.run(
                    "/bin/sh", ["-c", "exec \(program) \(arguments) > /dev/full"], in: folder)
                #expect(ended.status == 1 && ended.reports.count == 1, "\(arguments): \(ended.errors)")
                #expect(ended.errors.contains("standard output"), "\(arguments): \(ended.errors)")
            }
        }
    }

    @Test("every wrong option, model and prompt is refused in one sentence")
    func refused() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let model = "\(folder)/run/last"
            func options(_ more: String...) -> [String] { ["complete", "--model", model, "AI"] + more }
            func damaged(_ file: String, _ change: ([UInt8]) -> [UInt8]) throws -> [String] {
                let path = "\(folder)/\(UUID().uuidString)"
                try FileManager.default.copyItem(atPath: model, toPath: path)
                try AtomicFile.write(change(try readFile("\(path)/\(file)")), to: "\(path)/\(file)")
                return ["complete", "--model", path, "AI"]
            }
            let cases = [
                Refusal("temperature", options("--temperature", "-1"), 64, "temperature"),
                Refusal("no temperature", options("--temperature", "nan"), 64, "temperature"),
                Refusal("top-k", options("--top-k", "-1"), 64, "top-k"),
                Refusal("top-p", options("--top-p", "0"), 64, "top-p"),
                Refusal("penalty", options("--repetition-penalty", "0"), 64, "repetition penalty"),
                Refusal("length", options("--max-new-tokens", "0"), 64, "new tokens"),
                Refusal("count", options("-n", "0"), 64, "completions"),
                Refusal("count", options("-n", "99999999999"), 64, "completions"),
                Refusal("seed", options("--seed", "-1"), 64, "--seed"),
                Refusal("flag", options("--topk", "3"), 64, "--top-k"),
                Refusal("no prompt", ["complete", "--model", model], 65, "prompt"),
                Refusal("two prompts", options("again"), 64, "again"),
                Refusal("a prompt and a file", options("--file", "x"), 64, "--file"),
                Refusal("min-p", options("--min-p", "1.5"), 64, "min-p"),
                Refusal("presence", options("--presence-penalty", "inf"), 64, "presence penalty"),
                Refusal("runs", options("--no-repeat-ngram=-1"), 64, "runs"),
                Refusal("ban", options("--ban", ""), 64, "banned"),
                Refusal("stop", options("--stop", ""), 64, "stop"),
                Refusal("fewest", options("--min-new-tokens", "99"), 64, "minimum of new tokens"),
                Refusal("beams", options("--beams", "0"), 64, "beams"),
                Refusal("more than beams", options("--beams", "2", "-n", "3"), 64, "beams"),
                Refusal("a length penalty", options("--length-penalty", "nan"), 64, "length-penalty"),
                Refusal("the same of beams", options("--beams", "2", "--length-penalty", "inf"), 64, "length-penalty"),
                Refusal("a small penalty", options("--repetition-penalty", "1e-300"), 64, "repetition penalty"),
                Refusal("a large penalty", options("--presence-penalty=-1e300"), 64, "presence penalty"),
                Refusal("threads", options("--threads", "0"), 64, "--threads"),
                Refusal("no known headlines", options("--not-in", "\(folder)/none.txt"), 65, "none.txt"),
                Refusal("a control character", ["complete", "--model", model, "a\u{7}"], 64, "U+0007"),
                Refusal("no model", ["complete", "AI"], 64, "--model"),
                Refusal(
                    "a missing model", ["complete", "--model", "\(folder)/none", "AI"], 65, "none", "does not exist"),
                Refusal("a run folder", ["complete", "--model", "\(folder)/run", "AI"], 65, "config.json"),
                Refusal("a file", ["complete", "--model", workplace.headlines, "AI"], 65, "headlines.txt"),
                Refusal("an empty path", ["complete", "--model", "", "AI"], 64, "--model is empty"),
                Refusal(
                    "a run folder, with its model named", ["complete", "--model", "\(folder)/run", "AI"], 65,
                    "--model \(folder)/run/best"),
                Refusal(
                    "a generator to classify with", ["classify", "--model", model, "AI"], 64, "holds a generator",
                    "headline complete"),
                Refusal(
                    "a long prompt", ["complete", "--model", model, String(repeating: "word ", count: 200)], 64,
                    "tokens", "shorten"),
                Refusal(
                    "cut weights", try damaged("model.safetensors") { Array($0.dropLast(5)) }, 65, "model.safetensors"),
                Refusal(
                    "flipped weights",
                    try damaged("model.safetensors") {
                        var b = $0; b[b.count - 9] ^= 4; return b
                    }, 65, "model.safetensors"),
                Refusal(
                    "a cut vocabulary", try damaged("tokenizer.json") { Array($0.prefix(99)) }, 65, "tokenizer.json"),
                Refusal("no settings", try damaged("config.json") { _ in [] }, 65, "config.json"),
                Refusal("an unknown command", ["compleet"], 64, "compleet"),
            ]
            for refusal in cases { try refusal.check("headline", in: folder) }
        }
    }

    @Test("an export in half precision completes as the original does, and an existing folder is left alone")
    func export() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let arguments = [
                "export", "--model", "\(folder)/run/last", "--output", "\(folder)/half", "--precision", "float16",
            ]
            #expect(try Command.run("headline", arguments, in: folder).status == 0)
            let (whole, half) = (
                try complete(folder, "New", "--temperature", "0"),
                try complete(folder, "New", "--temperature", "0", model: "half")
            )
            #expect(whole.status == 0 && half.status == 0 && !half.output.isEmpty)
            let before = try readFile("\(folder)/half/model.safetensors")
            try Refusal("a folder that is there", arguments, 64, "half", "is there already").check(
                "headline", in: folder)
            #expect(try readFile("\(folder)/half/model.safetensors") == before)
            try Refusal("a precision", Array(arguments.dropLast()) + ["int4"], 64, "int4").check("headline", in: folder)
        }
    }
}

@Suite("What a newcomer asks train generator")
struct NewcomerTests {
    @Test("a dry run says folder, sizes, memory, disk and time, and writes nothing")
    func dryRun() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let ended = try Command.run("train", workplace.training("run", "--dry-run"), in: folder)
            #expect(ended.status == 0, "\(ended.errors)")
            for text in [
                "run folder: \(folder)/run (new)", "60 of 60 rows kept", "parameters", "steps: 6", "memory: about",
                "disk: about", "time: about", "nothing was written",
            ] {
                #expect(ended.output.contains(text), "\(text): \(ended.output)")
            }
            #expect(!pathExists("\(folder)/run"))
            #expect(try workplace.train("run").status == 0)
            let again = try Command.run("train", workplace.training("run", "--dry-run"), in: folder)
            #expect(again.output.contains("holds a run with a checkpoint after step 6"), "\(again.output)")
        }
    }

    @Test("printed settings are a configuration that gives the same settings")
    func printConfig() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let first = try Command.run("train", workplace.training("run", "--print-config", "--seed", "8"), in: folder)
            #expect(first.status == 0 && first.output.contains("seed: 8"))
            try AtomicFile.write(first.output, to: "\(folder)/printed.yaml")
            let second = try Command.run(
                "train", ["generator", "--config", "\(folder)/printed.yaml", "--print-config"], in: folder)
            #expect(second.output == first.output)
            #expect(!pathExists("\(folder)/run"))
        }
    }

    @Test("a run ends by saying where the model is and how to try it")
    func nextSteps() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let ended = try workplace.train("run")
            #expect(ended.status == 0 && ended.output.isEmpty)
            for text in [
                "step 0, validation loss", "step 6/6", "saved", "finished 6 steps",
                "Saved the last model to \(folder)/run/last and the best one to \(folder)/run/best. Try it:",
                "headline complete --model \(folder)/run/best",
            ] {
                #expect(ended.errors.contains(text), "\(text): \(ended.errors)")
            }
        }
    }

    @Test("help names every flag, with an example")
    func help() throws {
        try withTemporaryFolder { folder in
            for (command, arguments, texts) in [
                (
                    "train", ["generator", "--help"],
                    [
                        "--config", "--base", "--tokenizer", "--train", "--validation", "--output", "--resume",
                        "--threads", "--seed", "--set", "--print-config", "--dry-run", "Examples",
                    ]
                ),
                (
                    "headline", ["complete", "--help"],
                    [
                        "--model", "--temperature", "--top-k", "--top-p", "--repetition-penalty", "--max-new-tokens",
                        "--seed", "Examples",
                    ]
                ),
                ("headline", ["--help"], ["complete", "export"]), ("train", ["--help"], ["generator"]),
            ] {
                let ended = try Command.run(command, arguments, in: folder)
                #expect(ended.status == 0)
                for text in texts { #expect(ended.output.contains(text), "\(command) \(arguments): \(text)") }
            }
        }
    }
}
