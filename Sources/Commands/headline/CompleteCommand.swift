import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import ModelFolders
import Text

/// `headline complete`.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Completes a headline you started.",
        discussion: """
            The same seed gives the same headlines, whatever else is completed in the same run. An empty prompt ("") writes \
            whole headlines. Without a prompt, the command reads prompts from standard input, one per line; in a terminal it asks \
            for them. Control characters are printed as escapes. --json prints one JSON object per line: prompt, candidate, \
            completion, headline, ending, tokens, and meanLogProbability in nats.

            If a line of a file cannot be completed, the command reports its number, completes the others, and ends with status \
            65. --beams searches for the most likely headlines and ignores temperature, top-k, top-p, min-p and seed.

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
        help: ArgumentHelp("Model folder of a generator, such as checkpoints/generator-sample/best.", valueName: "dir"))
    var model: String

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("Number of completions for each prompt.", valueName: "n"))
    var count = 1

    @Option(help: ArgumentHelp("Complete every line of this file; - reads standard input.", valueName: "file"))
    var file: String?

    @OptionGroup(title: "Sampling")
    var flags: CompletionFlags

    @Option(
        help: ArgumentHelp("Search with this many beams instead of sampling, and print the n best.", valueName: "n"))
    var beams: Int?

    @Option(
        help: ArgumentHelp(
            "Divide a beam's score by its length to this power; above 0 favors longer headlines.", valueName: "x"))
    var lengthPenalty = 1.0

    @Flag(help: "Print the completions of a prompt best first, by mean log-probability.")
    var rank = false

    @Option(
        help: ArgumentHelp(
            "Redraw completions that appear in this file; --beams ranks them last.", valueName: "file"))
    var notIn: String?

    @OptionGroup var compute: ComputeFlags

    @Flag(help: "Print JSON lines.")
    var json = false

    /// True to print token ids, for comparisons with other implementations: a text does not determine its ids.
    @Flag(help: ArgumentHelp("Print the ids of the added tokens instead of the headline.", visibility: .hidden))
    var printIds = false

    /// A prompt and its line in a file.
    private struct Prompt {
        let request: CompletionRequest
        var line: Int?
    }

    func run() async throws {
        try await reportingFailure {
            compute.apply()
            guard prompt == nil || file == nil else {
                throw UsageError("a prompt and --file were both given, expected one of them")
            }
            guard lengthPenalty.isFinite else {
                throw UsageError("--length-penalty is \(lengthPenalty), expected a finite number")
            }
            try request("").check()
            try requireModel(.generator, in: model)
            let known = try notIn.map { KnownHeadlines(try HeadlineTable(readingFrom: $0).texts) }
            if let prompt {
                try await complete([Prompt(request: request(prompt))], from: "", known)
            } else if file == nil, isatty(STDIN_FILENO) == 1 {
                try await converse(known)
            } else {
                let (source, bytes) = try input()
                let lines = try Self.lines(of: bytes, path: source)
                try await complete(
                    lines.map { Prompt(request: request($0.text), line: $0.number) }, from: source, known)
            }
            try flushStandardOutput()
        }
    }

    /// Returns the name of the source of the prompts and its bytes.
    private func input() throws -> (source: String, bytes: [UInt8]) {
        if let file, file != "-" { return (file, try readFile(file)) }
        return ("standard input", try readStandardInput())
    }

    private func request(_ prompt: String) -> CompletionRequest {
        var request = CompletionRequest(prompt, count: count, options: flags.options)
        request.isRanked = rank
        if let beams { request.beamSearch = BeamSearchOptions(beams: beams, lengthPenalty: lengthPenalty) }
        return request
    }

    /// Returns the lines that are not blank, with their numbers.
    /// - Throws: `FileError` if there are none.
    private static func lines(of bytes: [UInt8], path: String) throws -> [(text: String, number: Int)] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text, expected a prompt on each line")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { (text: String($1), number: $0 + 1) }.filter { !$0.text.allSatisfy(\.isWhitespace) }
        guard !lines.isEmpty else {
            throw FileError(path, "has no text, expected a prompt on each line; or give the prompt as an argument")
        }
        return lines
    }

    /// Prints the completions of all prompts in order. Reports a prompt that cannot be completed by its line in `source` and
    /// completes the others.
    private func complete(_ prompts: [Prompt], from source: String, _ known: KnownHeadlines?) async throws {
        let engine = try GenerationEngine(folder: model)
        if prompts.count == 1, isShownAsWritten, isatty(STDOUT_FILENO) == 1, prompts[0].line == nil {
            try await show(prompts[0].request, engine, known)
            return try await engine.verify()
        }
        // Enough requests at a time to fill the batch, and no more.
        let ahead = beams == nil ? max(1, 128 / count) : 1
        var wrong = 0
        typealias Answer = Result<[Completion], GenerationError>
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var next = 0
            func add() {
                guard next < prompts.count else { return }
                let (index, prompt) = (next, prompts[next])
                group.addTask {
                    do {
                        return (index, .success(try await engine.complete(prompt.request, rejecting: known?.contains)))
                    } catch let error as GenerationError where prompt.line != nil && error.category == .invalidRequest {
                        return (index, .failure(error))
                    }
                }
                next += 1
            }
            for _ in 0..<ahead { add() }
            var answered: [Int: Answer] = [:]
            var printed = 0
            for try await (index, answer) in group {
                answered[index] = answer
                while let answer = answered.removeValue(forKey: printed) {
                    switch answer {
                    case .success(let completions): show(completions)
                    case .failure(let error):
                        writeError("\(source), line \(prompts[printed].line ?? 0): \(error)")
                        wrong += 1
                    }
                    printed += 1
                    add()
                }
            }
        }
        // Answers are printed before the check of the weights ends.
        try flushStandardOutput()
        try await engine.verify()
        if wrong > 0 { throw ExitCode(ErrorCategory.invalidInput.exitCode) }
    }

    /// Asks for prompts until there are no more. Reports a prompt that cannot be completed, and asks for the next.
    private func converse(_ known: KnownHeadlines?) async throws {
        let engine = try GenerationEngine(folder: model)
        writeLine("Type the beginning of a headline. An empty line or Ctrl-D ends.")
        while true {
            print("> ", terminator: "")
            try flushStandardOutput()
            guard let prompt = readLine(), !prompt.isEmpty else { return try await engine.verify() }
            do {
                let request = request(prompt)
                if isShownAsWritten {
                    try await show(request, engine, known)
                } else {
                    show(try await engine.complete(request, rejecting: known?.contains))
                }
            } catch let error as GenerationError {
                writeError("\(error)")
            }
            // The check runs beside the first answer. Damaged weights end the conversation after it.
            try flushStandardOutput()
            try await engine.verify()
        }
    }

    /// True if a headline can be printed token by token.
    private var isShownAsWritten: Bool { count == 1 && beams == nil && !json && !printIds }

    /// Prints a headline token by token.
    private func show(
        _ request: CompletionRequest, _ engine: GenerationEngine, _ known: KnownHeadlines?
    ) async throws {
        var isBegun = false
        defer { if isBegun { print() } }
        for try await update in engine.stream(request, rejecting: known?.contains) {
            switch update {
            case .text(let text, _):
                print(escapedForTerminal(isBegun ? text : request.continuedPrompt + text), terminator: "")
                isBegun = true
                try flushStandardOutput()
            case .completion(let completion, _, _): if !isBegun { print(escapedForTerminal(completion.headline)) }
            }
        }
    }

    private func show(_ completions: [Completion]) {
        for (candidate, completion) in completions.enumerated() { print(line(completion, candidate)) }
    }

    private func line(_ completion: Completion, _ candidate: Int) -> String {
        if printIds { return completion.tokens.map(String.init).joined(separator: " ") }
        guard json else { return escapedForTerminal(completion.headline) }
        let ending: String
        switch completion.ending {
        case .endOfText: ending = "end"
        case .limit: ending = "limit"
        case .stopString: ending = "stop"
        case .newline: ending = "newline"
        }
        var members: [(key: String, value: JSONValue)] = [
            ("prompt", .string(completion.prompt)), ("candidate", .integer(candidate)),
            ("completion", .string(completion.text)), ("headline", .string(completion.headline)),
            ("ending", .string(ending)), ("tokens", .integer(completion.tokens.count)),
            ("meanLogProbability", .number(completion.meanLogProbability)),
        ]
        if notIn != nil { members.append(("isKnown", .boolean(completion.isRejected))) }
        return String(decoding: JSONValue.object(members).serialized(), as: UTF8.self)
    }
}
