import Files
import Testing
import Text
import Training

@Suite struct TerminalProgressTests {
    private static let clear = "\r\u{1B}[K"

    private static func bar(color: Bool = false, unicode: Bool = false) -> TerminalProgress.Style {
        .bar(width: { 61 }, hasColor: color, isUnicode: unicode)
    }

    /// What is written when the events come `interval` seconds apart.
    private func shown(
        _ style: TerminalProgress.Style, _ events: [TrainingEvent], interval: Double = 0.5
    ) throws -> String {
        let sink = TextSink()
        let clock = ManualClock(1000)
        let progress = TerminalProgress(style: style, write: sink.write, clock: clock.read)
        for event in events {
            clock.now += interval
            try progress.receive(event)
        }
        return sink.text
    }

    private static let evaluation =
        "step 100, validation loss 5.802 nats/token, perplexity 331, 1.932 bits/byte"

    private static let lines = [
        "2400 of 2400 rows kept",
        "sample: 3,210,000 parameters, 2,400 training headlines (45,123 tokens), 600 for validation, 200 steps",
        "step 0, validation loss 10.825 nats/token, perplexity 50,257",
        "step 1/200 (0 %), epoch 0.01, loss 5.990, learning rate 9.70e-04, gradient norm 0.83, 256 tokens/s, 1.21 GB, 1 min 40 s left",
        evaluation + " (best)",
        "step 100, samples\n  [Scientists discover] *new* planet\n  [AI could soon] say \"é\"\\n\\u{1b}[2J👩\\u{200d}🚀",
        "saved checkpoints/sample/step-000100.h5 (38 MB in 0.4 s)",
        "warning: 3 headlines were cut",
        "stopped after step 100: interrupted by SIGINT",
        "finished 200 steps in 3 min 12 s at 133 tokens/s, best validation loss 5.802 nats/token at step 100, "
            + "1 step skipped, peak memory 1.50 GB",
    ]

    @Test("away from a terminal every event is a plain line, and nothing else is written")
    func plain() throws {
        let text = try shown(.lines(everySteps: 50, everySeconds: 30), exampleEvents)
        #expect(text == Self.lines.map { $0.replacing("\\u{200d}", with: "\u{200D}") + "\n" }.joined())
    }

    @Test("in quiet mode only warnings and the reason of an early end are written")
    func quiet() throws {
        let text = try shown(.quiet, exampleEvents)
        #expect(text == "warning: 3 headlines were cut\nstopped after step 100: interrupted by SIGINT\n")
    }

    @Test("on a terminal the bar is redrawn in place and gives way to every line")
    func redrawing() throws {
        let first = "------------    0%  1/200  loss 5.990  256 tok/s  ETA 1:40"
        let events: [TrainingEvent] = [
            .step(step(1)), .step(step(2)), .evaluation(exampleEvaluation), .warning("x"), .step(step(3)),
        ]
        let text = try shown(Self.bar(), events)
        let pieces = text.split(separator: "\r", omittingEmptySubsequences: false)
        #expect(pieces.count == 5)
        #expect(pieces[0].isEmpty)
        #expect(pieces[1].hasSuffix("0%  1/200  loss 5.990  256 tok/s  ETA 1:40\u{1B}[K"))
        #expect(pieces[1].count <= 60 + 3 && first.count > 0)
        #expect(pieces[2].hasSuffix("1%  2/200  loss 5.985  256 tok/s  ETA 1:39\u{1B}[K"))
        #expect(pieces[3] == "\u{1B}[K" + Self.evaluation + " (best)\nwarning: x\n")
        #expect(pieces[4].contains("3/200"))
    }

    @Test("the bar is drawn at most ten times a second, and for the last step always")
    func rateOfDrawing() throws {
        let events = (1...200).map { TrainingEvent.step(step($0, seconds: 0.015625)) }
        let text = try shown(Self.bar(), events, interval: 0.015625)
        // One every seventh step, the first that is a tenth of a second after the last: 1, 8, …, 197; and the 200th.
        #expect(text.count { $0 == "\r" } == 30)
        #expect(text.contains("100%  200/200"))
    }

    @Test("plain lines come every so many steps or seconds, and for the first and last step")
    func cadence() throws {
        let cases: [(steps: Int, seconds: Double, interval: Double, expected: [Int])] = [
            (50, 1000, 1, [1, 51, 101, 151, 200]),
            (1000, 30, 1, [1, 31, 61, 91, 121, 151, 181, 200]),
            (90, 100, 1, [1, 91, 181, 200]),
            (1000, 1e9, 1, [1, 200]),
        ]
        for (steps, seconds, interval, expected) in cases {
            let events = (1...200).map { TrainingEvent.step(step($0)) }
            let text = try shown(.lines(everySteps: steps, everySeconds: seconds), events, interval: interval)
            let numbers = text.split(separator: "\n").compactMap { line in
                Int(line.dropFirst("step ".count).prefix { $0 != "/" })
            }
            #expect(numbers == expected)
        }
    }

    @Test("color and characters beyond ASCII are used only where they are wanted")
    func looks() throws {
        let events: [TrainingEvent] = [.step(step(100)), .warning("x")]
        #expect(try shown(Self.bar(), events).allSatisfy(\.isASCII))
        #expect(try !shown(Self.bar(), events).contains("\u{1B}[3"))
        #expect(try shown(Self.bar(color: true), events).contains("\u{1B}[33mwarning: \u{1B}[0mx\n"))
        #expect(try shown(Self.bar(unicode: true), events).contains("█░"))
        let evaluation = try shown(Self.bar(unicode: true), [.evaluation(exampleEvaluation)])
        #expect(
            evaluation == "step 100 · validation loss 5.802 nats/token, perplexity 331, 1.932 bits/byte ★ best\n")
    }

    @Test("flushing leaves the line of the bar, once")
    func flushing() throws {
        let sink = TextSink()
        let progress = TerminalProgress(style: Self.bar(), write: sink.write, clock: { 0 })
        progress.flush()
        #expect(sink.text.isEmpty)
        try progress.receive(.step(step(1)))
        progress.flush()
        progress.flush()
        #expect(sink.text.hasSuffix(Self.clear) && sink.text.count { $0 == "\r" } == 2)
    }

    @Test("the style follows the terminal, NO_COLOR, CI and the locale")
    func styles() {
        let cases: [(environment: [String: String], isTerminal: Bool, quiet: Bool, style: String)] = [
            (["TERM": "xterm", "LANG": "en_GB.UTF-8"], true, false, "bar color unicode"),
            (["TERM": "xterm", "LANG": "en_GB.utf8", "NO_COLOR": "1"], true, false, "bar unicode"),
            (["TERM": "xterm", "LANG": "en_GB.utf8", "NO_COLOR": ""], true, false, "bar color unicode"),
            (["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C"], true, false, "bar color"),
            (["TERM": "xterm", "LC_ALL": "", "LC_CTYPE": "C.UTF-8"], true, false, "bar color unicode"),
            (["TERM": "xterm"], true, false, "bar color"),
            (["TERM": "dumb"], true, false, "lines"),
            ([:], true, false, "lines"),
            (["TERM": "xterm", "CI": "true"], true, false, "lines"),
            (["TERM": "xterm"], false, false, "lines"),
            (["TERM": "xterm"], true, true, "quiet"),
        ]
        for item in cases {
            let style = TerminalProgress.Style(
                quiet: item.quiet, isTerminal: item.isTerminal, environment: item.environment, width: { 80 })
            let name =
                switch style {
                case .quiet: "quiet"
                case .lines: "lines"
                case .bar(_, let color, let unicode): "bar" + (color ? " color" : "") + (unicode ? " unicode" : "")
                }
            #expect(name == item.style, "\(item.environment)")
        }
    }
}
