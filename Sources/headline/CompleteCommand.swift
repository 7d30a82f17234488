import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference

/// `headline complete`.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Completes a headline you started.",
        discussion: """
            The same seed gives the same headlines, whatever is completed beside them. An empty prompt ("") writes whole ones. \
            Without a prompt, prompts are read from standard input, a line each; at a terminal one is asked for after the \
            other. Characters that would command the terminal are shown as escapes. With --json every completion becomes one \
            JSON object a line: prompt, candidate, completion, headline, ending, tokens, meanLogProbability in nats.

            Examples:

              headline complete --model checkpoints/generator-sample/best "Scientists discover" -n 5
              headline complete --model DIR "New law" --temperature 0
              headline complete --model DIR "AI could soon" -n 20 --rank --not-in train.jsonl --json
              headline complete --model DIR --file prompts.txt > headlines.txt
              headline complete --model DIR
            """)

    @Argument(help: "The beginning of a headline.")
    var prompt: String?

    @Option(
        help: ArgumentHelp("A generator's model folder, such as checkpoints/generator-sample/last.", valueName: "dir"))
    var model: String

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("How many completions of each prompt.", valueName: "n"))
    var count = 1

    @Option(help: ArgumentHelp("Complete every line of this file; - is standard input.", valueName: "file"))
    var file: String?

    @OptionGroup(title: "How it is written")
    var sampling: SamplingFlags

    @Option(
        help: ArgumentHelp("Search with this many beams instead of drawing; the best -n come first.", valueName: "n"))
    var beams: Int?

    @Option(
        help: ArgumentHelp(
            "Of beam search: scores are divided by this power of the length; above 0 favours longer ones.",
            valueName: "x"))
    var lengthPenalty = 1.0

    @Flag(help: "Show the completions of a prompt best first, by their mean log-probability.")
    var rank = false

    @Option(help: ArgumentHelp("Draw anew what this file of headlines holds already.", valueName: "file"))
    var notIn: String?

    @OptionGroup var compute: ComputeFlags

    @Flag(help: "Print JSON lines.")
    var json = false

    /// For comparisons with other implementations: not every sequence of ids can be read off its text.
    @Flag(help: ArgumentHelp("Print the ids of the added tokens instead of the headline.", visibility: .hidden))
    var printIds = false

    func run() async throws {
        try await reportingFailure {
            compute.apply()
            try sampling.options.check()
            guard prompt == nil || file == nil else {
                throw GenerationError("there is a prompt and --file, expected one of the two")
            }
            let known = try notIn.map { KnownHeadlines(try HeadlineTable(readingFrom: $0).texts) }
            if let prompt {
                try await complete([request(prompt, known)])
            } else if file == nil, isatty(STDIN_FILENO) == 1 {
                try await converse(known)
            } else {
                let path = file ?? "-"
                let bytes =
                    path == "-" ? [UInt8](FileHandle.standardInput.readDataToEndOfFile()) : try readFile(path)
                let prompts = try Self.lines(of: bytes, path: path == "-" ? "standard input" : path)
                try await complete(prompts.map { request($0, known) })
            }
        }
    }

    private func request(_ prompt: String, _ known: KnownHeadlines?) -> CompletionRequest {
        var request = CompletionRequest(prompt, count: count, options: sampling.options)
        request.isRanked = rank
        if let known { request.isUnwanted = { known.contains($0) } }
        return request
    }

    /// The lines with some text, of which there must be one.
    private static func lines(of bytes: [UInt8], path: String) throws -> [String] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text, expected a prompt on each line")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter {
            !$0.allSatisfy(\.isWhitespace)
        }
        guard !lines.isEmpty else { throw FileError(path, "is empty, expected a prompt on each line") }
        return lines
    }

    /// Prints the completions of all requests in their order.
    private func complete(_ requests: [CompletionRequest]) async throws {
        if let beams { return try search(requests, beams: beams) }
        let engine = try GenerationEngine(folder: model)
        if requests.count == 1, count == 1, !json, !printIds, isatty(STDOUT_FILENO) == 1 {
            try await show(requests[0], engine)
            return try await engine.verify()
        }
        // Enough requests at a time to fill the batch, and no more than are soon answered.
        let ahead = max(1, 128 / max(1, count))
        try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
            var next = 0
            func add() {
                guard next < requests.count else { return }
                let (index, request) = (next, requests[next])
                group.addTask { (index, try await engine.complete(request)) }
                next += 1
            }
            for _ in 0..<ahead { add() }
            var answered: [Int: [Completion]] = [:]
            var printed = 0
            for try await (index, completions) in group {
                answered[index] = completions
                while let completions = answered.removeValue(forKey: printed) {
                    for (candidate, completion) in completions.enumerated() { print(line(completion, candidate)) }
                    printed += 1
                    add()
                }
            }
        }
        // What is answered is shown before the rest of the weights has been checked.
        fflush(nil)
        try await engine.verify()
    }

    private func search(_ requests: [CompletionRequest], beams: Int) throws {
        let folder = try GeneratorFolder(path: model)
        let generator = try Generator(try folder.load(for: .inference).model, folder.tokenizer)
        for request in requests {
            let completions = try generator.beamSearch(request, beams: beams, lengthPenalty: lengthPenalty)
            for (candidate, completion) in completions.enumerated() { print(line(completion, candidate)) }
        }
    }

    /// Asks for prompts until there are no more; a prompt that cannot be completed is told so, and the next is asked for.
    private func converse(_ known: KnownHeadlines?) async throws {
        let engine = try GenerationEngine(folder: model)
        writeLine("Begin a headline; an empty line or Ctrl-D ends.")
        while true {
            print("> ", terminator: "")
            fflush(nil)
            guard let prompt = readLine(), !prompt.isEmpty else { return }
            do {
                let request = request(prompt, known)
                if count == 1, !json {
                    try await show(request, engine)
                } else {
                    for (candidate, completion) in try await engine.complete(request).enumerated() {
                        print(line(completion, candidate))
                    }
                }
            } catch let error as GenerationError {
                writeLine("error: " + harmless("\(error)"))
            }
        }
    }

    /// Shows a headline as it is written.
    private func show(_ request: CompletionRequest, _ engine: GenerationEngine) async throws {
        var isBegun = false
        for try await update in engine.stream(request) {
            switch update {
            case .text(let text, _):
                print(harmless(isBegun ? text : request.prompt + text), terminator: "")
                isBegun = true
                fflush(nil)
            case .completion(let completion, _): print(isBegun ? "" : harmless(completion.headline))
            }
        }
    }

    private func line(_ completion: Completion, _ candidate: Int) -> String {
        if printIds { return completion.tokens.map(String.init).joined(separator: " ") }
        guard json else { return harmless(completion.headline) }
        let ending: String
        switch completion.ending {
        case .endOfText: ending = "end"
        case .limit: ending = "limit"
        case .stopString: ending = "stop"
        }
        var members: [(key: String, value: JSONValue)] = [
            ("prompt", .string(completion.prompt)), ("candidate", .integer(candidate)),
            ("completion", .string(completion.text)), ("headline", .string(completion.headline)),
            ("ending", .string(ending)), ("tokens", .integer(completion.tokens.count)),
            ("meanLogProbability", .number(completion.meanLogProbability)),
        ]
        if notIn != nil { members.append(("isKnown", .boolean(completion.isUnwanted))) }
        return String(decoding: JSONValue.object(members).serialized(), as: UTF8.self)
    }
}
