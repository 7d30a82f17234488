import Checkpoints
import Files
import Foundation
import NumericCore
import TestSupport
import Testing

/// One wrong way to call a command, and what it must say.
struct Refusal {
    let name: String
    let arguments: [String]
    let status: Int32
    let says: [String]

    init(_ name: String, _ arguments: [String], _ status: Int32, _ says: String...) {
        self.name = name
        self.arguments = arguments
        self.status = status
        self.says = says
    }

    /// Runs the command and holds what it does to the rules: the exit status, one sentence that says what matters, no trace.
    func check(_ command: String, in folder: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let ended = try Command.run(command, arguments, in: folder)
        #expect(
            !ended.wasKilled && ended.status == status, "\(name): \(ended.status)\n\(ended.errors)",
            sourceLocation: sourceLocation)
        #expect(ended.reports.count == 1, "\(name): \(ended.errors)", sourceLocation: sourceLocation)
        let report = ended.reports.first ?? ""
        for text in says {
            #expect(report.contains(text), "\(name) does not say \(text): \(report)", sourceLocation: sourceLocation)
        }
        for trace in ["Fatal error", "Stack dump", "stack trace", "NSError", "Swift.", "Optional(", "rawValue"] {
            #expect(!ended.errors.contains(trace), "\(name): \(ended.errors)", sourceLocation: sourceLocation)
        }
    }
}

@Suite("Bad input of train generator")
struct BadTrainingInputTests {
    @Test("every headline file that cannot be trained on is refused in one sentence")
    func files() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            func file(_ name: String, _ content: String) throws -> String {
                try AtomicFile.write(content, to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            func training(_ path: String, _ more: String...) -> [String] {
                workplace.training("run", "--train", path) + more
            }
            let rows = "title,category\nOne headline about rain,weather\nAnother of the sun,weather\n"
            let latin = "\(folder)/latin.csv"
            try AtomicFile.write(Array("headline\nCaf".utf8) + [0xE9] + Array(" closes\n".utf8), to: latin)
            let wide = "\(folder)/wide.txt"
            try AtomicFile.write([0xFF, 0xFE, 0x41, 0, 0x42, 0], to: wide)
            let cut = "\(folder)/cut.txt.gz"
            try AtomicFile.write(Array(try readFile(fixture("data/headlines.csv.gz").path).dropLast(9)), to: cut)
            let cases = [
                Refusal("a missing file", training("\(folder)/nowhere.txt"), 65, "nowhere.txt", "does not exist"),
                Refusal("a folder", training(folder), 65, folder),
                Refusal(
                    "an unknown format", training(try file("headlines.xyz", "a\nb\n")), 64, "headlines.xyz",
                    "data.format"),
                Refusal(
                    "no such column", training(try file("a.csv", rows), "--set", "data.columns.headline=titel"), 65,
                    "`titel`", "did you mean \"title\"?"),
                Refusal(
                    "no headline column", training(try file("b.csv", "x,y\n1,2\n3,4\n")), 65, "b.csv", "`x` and `y`",
                    "data.columns.headline"),
                Refusal("another encoding", training(latin), 65, "line 2", "0xE9", "iconv"),
                Refusal("UTF-16", training(wide), 65, "UTF-16", "iconv"),
                Refusal(
                    "half a surrogate pair",
                    training(try file("c.jsonl", "{\"headline\": \"a\"}\n{\"headline\": \"\\ud800\"}\n")), 65,
                    "c.jsonl", "line 2", "surrogate"),
                Refusal("malformed JSON", training(try file("d.json", "[{\"headline\": \"a\"},")), 65, "d.json"),
                Refusal("a quote without an end", training(try file("e.csv", "headline\n\"a\n")), 65, "e.csv", "quote"),
                Refusal("a cut gzip file", training(cut), 65, "cut.txt.gz"),
                Refusal("an empty file", training(try file("f.txt", "")), 65, "f.txt", "empty"),
                Refusal("only empty headlines", training(try file("g.txt", "\n \n\t\n")), 65, "g.txt", "3 headlines"),
                Refusal("one row", training(try file("h.txt", "Only one\n")), 65, "only one headline", "at least two"),
                Refusal(
                    "only duplicates", training(try file("i.txt", String(repeating: "The same again\n", count: 9))), 65,
                    "duplicates"),
                Refusal(
                    "a missing validation file", workplace.training("run", "--validation", "\(folder)/none.txt"), 65,
                    "none.txt", "does not exist"),
                Refusal(
                    "all headlines too long, to be dropped",
                    workplace.training("run", "--set", "model.positions=4", "--set", "data.overlong=drop"), 65,
                    "dropped", "4 tokens", "data.overlong"),
                Refusal(
                    "no file at all", ["generator", "--config", try file("bare.yaml", "name: bare\n")], 64,
                    "data.train", "--train FILE"),
            ]
            for refusal in cases { try refusal.check("train", in: folder) }
            if getuid() == 0 {
                print("skipped: an unreadable file, because root can read every file")
            } else {
                let path = try file("secret.txt", "a\nb\n")
                chmod(path, 0)
                try Refusal("an unreadable file", training(path), 65, "secret.txt", "permission").check(
                    "train", in: folder)
            }
            // None of them has left a run that stands in the way.
            #expect(try workplace.train("run").status == 0)
        }
    }

    @Test("empty, long and duplicate headlines are counted and said")
    func counted() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            let text = String(decoding: try readFile(workplace.headlines), as: UTF8.self)
            try AtomicFile.write(text + "\n  \n" + text.prefix(while: { $0 != "\n" }) + "\n", to: workplace.headlines)
            let cut = try workplace.train("cut", ["--set", "model.positions=36"])
            #expect(
                cut.status == 0 && cut.errors.contains("61 of 63 rows kept, 2 dropped for an empty headline"),
                "\(cut.errors)")
            #expect(cut.errors.contains("1 exact") && !cut.errors.contains(" 0 cut"), "\(cut.errors)")
            let dropped = try workplace.train(
                "dropped", ["--set", "model.positions=36", "--set", "data.overlong=drop"])
            #expect(
                dropped.status == 0 && dropped.errors.contains(" 0 cut")
                    && !dropped.errors.contains(" 0 dropped for their length"))
        }
    }

    @Test("every setting and flag that makes no sense is refused, with the nearest that does")
    func settings() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            func file(_ name: String, _ content: String) throws -> String {
                try AtomicFile.write(content, to: "\(folder)/\(name)")
                return "\(folder)/\(name)"
            }
            func set(_ text: String) -> [String] { workplace.training("run", "--set", text) }
            let cases = [
                Refusal(
                    "a typo", set("optimizer.learningRat=1"), 64, "learningRat",
                    "did you mean `optimizer.learningRate`?"),
                Refusal("a key of another place", set("learningRate=1"), 64, "did you mean `optimizer.learningRate`?"),
                Refusal(
                    "a typo in a file",
                    ["generator", "--config", try file("a.yaml", "name: a\nmodle:\n  layers: 2\n")], 64, "a.yaml",
                    "line 2", "did you mean `model`?"),
                Refusal("a wrong type", set("batches.epochs=many"), 64, "`batches.epochs`", "many", "whole number"),
                Refusal("a fraction", set("model.layers=2.5"), 64, "`model.layers`", "2.5"),
                Refusal("a list", set("seed=[1]"), 64, "`seed`"),
                Refusal("no value", set("seed"), 64, "--set seed", "key.path=value"),
                Refusal(
                    "a negative number", set("optimizer.learningRate=-1"), 64, "`optimizer.learningRate`", "above 0"),
                Refusal("an unknown choice", set("optimizer.decay=exponential"), 64, "`optimizer.decay`", "cosine"),
                Refusal("heads that do not divide", set("model.heads=3"), 64, "channels", "multiple"),
                Refusal("a vocabulary without room", set("tokenizer.vocabularySize=100"), 64, "vocabularySize", "257"),
                Refusal(
                    "a model beyond memory",
                    workplace.training("run", "--set", "model.channels=65536", "--set", "model.layers=1000"), 64,
                    "memory", "model.layers"),
                Refusal("a size beyond integers", set("model.channels=9223372036854775806"), 64, "`model.channels`"),
                Refusal(
                    "more blocks than there are", set("model.trainLastBlocks=2"), 64, "model.trainLastBlocks",
                    "1 blocks"),
                Refusal(
                    "a step too small for a headline", set("batches.tokensPerStep=4"), 64, "step", "headline",
                    "batches.tokensPerStep"),
                Refusal(
                    "a warm-up without an end", set("optimizer.warmUpSteps=6"), 64, "optimizer.warmUpSteps", "6 steps"),
                Refusal("a sampler out of range", set("samples.topP=2"), 64, "top-p"),
                Refusal(
                    "a missing configuration", ["generator", "--config", "\(folder)/none.yaml"], 65, "none.yaml",
                    "does not exist"),
                Refusal(
                    "a configuration that is no YAML", ["generator", "--config", try file("b.yaml", "name: [\n")], 64,
                    "b.yaml"),
                Refusal(
                    "a configuration that is a list", ["generator", "--config", try file("c.yaml", "- a\n")], 64,
                    "c.yaml"),
                Refusal("no configuration here", ["generator"], 64, "configs/generator-sample.yaml", "--config"),
                Refusal("an unknown flag", workplace.training("run", "--epochs", "3"), 64, "--epochs"),
                Refusal("a near flag", workplace.training("run", "--treads", "3"), 64, "--threads"),
                Refusal("no number", workplace.training("run", "--seed", "x"), 64, "--seed"),
                Refusal("no threads", workplace.training("run", "--threads", "0"), 64, "threads"),
                Refusal("an unknown command", ["genrator"], 64, "genrator"),
                Refusal("a missing tokenizer", workplace.training("run", "--tokenizer", "\(folder)/none"), 65, "none"),
                Refusal(
                    "a tokenizer folder without one", workplace.training("run", "--tokenizer", folder), 65,
                    "tokenizer.json"),
                Refusal("an output that is a file", workplace.training("tiny.yaml"), 65, "tiny.yaml"),
                Refusal(
                    "an output that nobody may make",
                    ["generator", "--config", workplace.configuration, "--output", "/proc/run"], 65, "/proc/run"),
            ]
            for refusal in cases { try refusal.check("train", in: folder) }
            #expect(!pathExists("\(folder)/run/config.yaml"))
        }
    }

    @Test("a base folder that is damaged or does not fit is refused with what is wrong in it")
    func bases() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("source").status == 0)
            let source = "\(folder)/source/last"
            let checkpoint = try SafetensorsCheckpoint(path: source)
            let arrays = try checkpoint.names.map { ($0, try checkpoint.array($0)) }
            let one = NDArray([1], shape: [1])
            let name = "transformer.h.0.mlp.c_fc.weight"
            func base(_ name: String, _ change: (_ path: String) throws -> Void) throws -> [String] {
                let path = "\(folder)/\(name)"
                try FileManager.default.copyItem(atPath: source, toPath: path)
                try change(path)
                return workplace.training("run", "--base", path)
            }
            func with(_ arrays: [(String, NDArray)], _ name: String) throws -> [String] {
                try base(name) {
                    try SafetensorsWriter.write(arrays, to: "\($0)/model.safetensors", precision: .float32)
                }
            }
            func bytes(_ file: String, _ name: String, _ change: ([UInt8]) -> [UInt8]) throws -> [String] {
                try base(name) { try AtomicFile.write(change(try readFile("\($0)/\(file)")), to: "\($0)/\(file)") }
            }
            let cases = [
                Refusal(
                    "no folder", workplace.training("run", "--base", "\(folder)/none"), 65, "none", "does not exist"),
                Refusal(
                    "a file", workplace.training("run", "--base", workplace.headlines), 65, "headlines.txt", "folder"),
                Refusal("a folder without a model", workplace.training("run", "--base", folder), 65, "config.json"),
                Refusal(
                    "a missing array", try with(arrays.filter { $0.0 != name }, "missing"), 65,
                    "h.0.mlp.c_fc.weight is missing"),
                Refusal(
                    "an extra array", try with(arrays + [("transformer.h.7.ln_1.bias", one)], "extra"), 65,
                    "h.7.ln_1.bias"),
                Refusal(
                    "a misshapen array", try with(arrays.map { $0.0 == name ? (name, one) : $0 }, "shape"), 65,
                    "h.0.mlp.c_fc.weight", "[1]", "[16, 64]"),
                Refusal(
                    "a cut weight file", try bytes("model.safetensors", "cut") { Array($0.dropLast(1_000)) }, 65,
                    "model.safetensors"),
                Refusal(
                    "a cut header", try bytes("model.safetensors", "header") { Array($0.prefix(60)) }, 65,
                    "model.safetensors"),
                Refusal(
                    "a flipped bit of a weight",
                    try bytes("model.safetensors", "bit") {
                        var b = $0; b[b.count - 40] ^= 1; return b
                    }, 65, "model.safetensors"),
                Refusal(
                    "a cut config.json", try bytes("config.json", "config") { Array($0.prefix(50)) }, 65, "config.json"),
                Refusal(
                    "another kind of model",
                    try bytes("config.json", "kind") {
                        Array(String(decoding: $0, as: UTF8.self).replacingOccurrences(of: "gpt2", with: "llama").utf8)
                    }, 65, "model_type", "llama"),
                Refusal(
                    "another activation",
                    try bytes("config.json", "activation") {
                        Array(
                            String(decoding: $0, as: UTF8.self).replacingOccurrences(of: "gelu_new", with: "relu").utf8)
                    }, 65, "activation_function", "gelu_new"),
                Refusal(
                    "a cut tokenizer", try bytes("tokenizer.json", "tokenizer") { Array($0.prefix(500)) }, 65,
                    "tokenizer.json"),
                Refusal(
                    "a missing weight file",
                    try base("weightless") { try FileManager.default.removeItem(atPath: "\($0)/model.safetensors") },
                    65, "model.safetensors"),
            ]
            for refusal in cases { try refusal.check("train", in: folder) }
            // A dry run finds the same before anybody waits for a run.
            try Refusal("a dry run", cases[3].arguments + ["--dry-run"], 65, "is missing").check("train", in: folder)
            #expect(!pathExists("\(folder)/run/config.yaml"))
            #expect(try workplace.train("run", ["--base", source]).status == 0)
        }
    }
}
