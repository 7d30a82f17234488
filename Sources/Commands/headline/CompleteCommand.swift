import ArgumentParser
import Commands
import Files
import Foundation
import HeadlineData
import Inference
import JSON
import Text

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

            A line of a file that cannot be completed is reported by its number, and the others are completed; the command then \
            ends with status 65. With --beams the likeliest headlines are searched for: temperature, top-k, top-p, min-p and seed \
            have no part in it.

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

    @Option(
        help: ArgumentHelp(
            "Draw anew what this file of headlines holds already; --beams shows it last.", valueName: "file"))
    var notIn: String?

    @OptionGroup var compute: ComputeFlags

    @Flag(help: "Print JSON lines.")
    var json = false

    /// For comparisons with other implementations: not every sequence of ids can be read off its text.
    @Flag(help: ArgumentHelp("Print the ids of the added tokens instead of the headline.", visibility: .hidden))
    var printIds = false

    /// A prompt, and the line of the file it stands on.
    private struct Prompt {
        let request: CompletionRequest
        var line: Int?
    }

    func run() async throws {
        try await reportingFailure {
            compute.apply()
            guard prompt == nil || file == nil else {
                throw UsageError("there is a prompt and --file, expected one of the two")
            }
            try request("").check()
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

    /// What prompts are read from, and its bytes.
    private func input() throws -> (source: String, bytes: [UInt8]) {
        if let file, file != "-" { return (file, try readFile(file)) }
        return ("standard input", try readStandardInput())
    }

    private func request(_ prompt: String) -> CompletionRequest {
        var request = CompletionRequest(prompt, count: count, options: sampling.options)
        request.isRanked = rank
        if let beams { request.beamSearch = BeamSearchOptions(beams: beams, lengthPenalty: lengthPenalty) }
        return request
    }

    /// The lines with some text, of which there must be one, and their numbers.
    private static func lines(of bytes: [UInt8], path: String) throws -> [(text: String, number: Int)] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError(path, "is not UTF-8 text, expected a prompt on each line")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { (text: String($1), number: $0 + 1) }.filter { !$0.text.allSatisfy(\.isWhitespace) }
        guard !lines.isEmpty else { throw FileError(path, "is empty, expected a prompt on each line") }
        return lines
    }

    /// Prints the completions of all prompts in their order. A prompt that cannot be completed is reported by its line in
    /// `source`, and the others are completed.
    private func complete(_ prompts: [Prompt], from source: String, _ known: KnownHeadlines?) async throws {
        let engine = try GenerationEngine(folder: model)
        if prompts.count == 1, isShownAsWritten, isatty(STDOUT_FILENO) == 1, prompts[0].line == nil {
            try await show(prompts[0].request, engine, known)
            return try await engine.verify()
        }
        // Enough requests at a time to fill the batch, and no more than are soon answered.
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
                        writeLine(
                            "error: " + escapedForTerminal("\(source), line \(prompts[printed].line ?? 0): \(error)"))
                        wrong += 1
                    }
                    printed += 1
                    add()
                }
            }
        }
        // What is answered is shown before the rest of the weights has been checked.
        try flushStandardOutput()
        try await engine.verify()
        if wrong > 0 { throw ExitCode(ErrorCategory.invalidInput.exitCode) }
    }

    /// Asks for prompts until there are no more; a prompt that cannot be completed is told so, and the next is asked for.
    private func converse(_ known: KnownHeadlines?) async throws {
        let engine = try GenerationEngine(folder: model)
        writeLine("Begin a headline; an empty line or Ctrl-D ends.")
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
                writeLine("error: " + escapedForTerminal("\(error)"))
            }
            // The check goes on beside the first answer; damaged weights end the conversation behind it.
            try flushStandardOutput()
            try await engine.verify()
        }
    }

    /// Whether a headline can be shown while it is written.
    private var isShownAsWritten: Bool { count == 1 && beams == nil && !json && !printIds }

    /// Shows a headline as it is written.
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
