public import Text

/// The progress of a run for people: a bar that is redrawn in place on a terminal, plain lines elsewhere; evaluations,
/// samples, checkpoints and warnings as lines on both.
public final class TerminalProgress: TrainingObserver {
    /// The abilities of the output.
    public typealias Style = TerminalStyle

    private let style: Style
    private let write: (String) -> Void
    private let clock: () -> Double

    private var rate = RateMeter(window: 30)
    private var loss = SmoothedLoss()
    private var remaining: RemainingTime?
    private var skippedSteps = 0
    private var lastShown: (step: Int, time: Double)?
    private var bar: RedrawnLine

    /// The seconds between two drawings of the bar: ten a second look continuous and cost nothing.
    private static let redrawInterval = 0.1

    /// Makes an observer.
    /// - Parameters:
    ///   - style: The abilities of the output.
    ///   - write: Takes text as it is to appear, line breaks included.
    ///   - clock: Returns seconds from any start, never going back.
    public init(style: Style, write: @escaping (String) -> Void, clock: @escaping () -> Double = steadyClock) {
        self.style = style
        self.write = write
        self.clock = clock
        bar = RedrawnLine(write: write)
    }

    /// Returns the observer that writes to standard error.
    public static func standardError(quiet: Bool = false) -> TerminalProgress {
        TerminalProgress(style: .standardError(quiet: quiet), write: writeToStandardError)
    }

    /// Receives an event.
    public func receive(_ event: TrainingEvent) throws {
        switch event {
        case .note(let text): show(escapedForTerminal(text))
        case .started(let event): show(describe(event))
        case .step(let event): show(event)
        case .evaluation(let event): show(describe(event))
        case .samples(let event): show(describe(event))
        case .saved(let event):
            let took = Formatting.duration(event.seconds)
            show("saved \(escapedForTerminal(event.path)) (\(Formatting.bytes(event.bytes)) in \(took))")
        case .warning(let text): show(colored("warning: ", .yellow) + escapedForTerminal(text), evenIfQuiet: true)
        case .stopped(let reason, let step):
            show("stopped after step \(step): \(escapedForTerminal(reason))", evenIfQuiet: true)
        case .finished(let event): show(describe(event))
        }
    }

    /// Leaves the line of the bar, so that what is printed next begins on a line of its own.
    public func flush() { if bar.clear() { lastShown = nil } }

    // MARK: Steps

    private func show(_ event: StepEvent) {
        let now = clock()
        if remaining == nil { remaining = RemainingTime(start: now - event.seconds, firstStep: event.step - 1) }
        rate.add(event.tokens, seconds: event.seconds)
        if event.isSkipped { skippedSteps += 1 } else { loss.add(event.loss) }
        let line = ProgressLine(
            event: event, loss: loss.value, tokensPerSecond: rate.rate,
            remaining: remaining?.seconds(now: now, step: event.step, totalSteps: event.totalSteps),
            skippedSteps: skippedSteps)
        let isLast = event.step >= event.totalSteps
        switch style {
        case .quiet: return
        case .bar(let width, _, let isUnicode):
            if let last = lastShown, now - last.time < Self.redrawInterval, !isLast { return }
            // One column less than there is: a full line makes some terminals scroll.
            bar.draw(line.bar(width: width() - 1, isUnicode: isUnicode))
        case .lines(let steps, let seconds):
            if let last = lastShown, !isLast, event.step - last.step < steps, now - last.time < seconds { return }
            write(line.plain + "\n")
        }
        lastShown = (event.step, now)
    }

    // MARK: Lines

    private func show(_ text: String, evenIfQuiet: Bool = false) {
        if case .quiet = style, !evenIfQuiet { return }
        flush()
        write(text + "\n")
    }

    private func describe(_ event: StartedEvent) -> String {
        let trained =
            event.trainedParameters == event.parameters ? "" : ", \(grouped(event.trainedParameters)) of them trained"
        var parts = [
            "\(grouped(event.parameters)) parameters\(trained)",
            "\(grouped(event.trainingHeadlines)) training headlines (\(grouped(event.trainingTokens)) tokens)",
            "\(grouped(event.validationHeadlines)) for validation", "\(grouped(event.totalSteps)) steps",
        ]
        if event.resumedAfterStep > 0 { parts.append("resumed after step \(event.resumedAfterStep)") }
        return "\(escapedForTerminal(event.name)): \(parts.joined(separator: separator))"
    }

    private func describe(_ event: EvaluationEvent) -> String {
        let loss = "validation loss \(Formatting.fixed(event.result.loss, 3)) nats/\(event.unit.rawValue)"
        let figures = [loss] + event.result.figures.compactMap(\.text)
        return colored("step \(grouped(event.step))", .bold) + separator + figures.joined(separator: ", ")
            + (event.isBest ? colored(isUnicode ? " ★ best" : " (best)", .green) : "")
    }

    private func describe(_ event: SamplesEvent) -> String {
        let lines = event.samples.map { sample in
            "  [\(escapedForTerminal(sample.prompt))]\(escapedForTerminal(sample.completion))"
        }
        return ([colored("step \(grouped(event.step))", .bold) + separator + "samples"] + lines)
            .joined(separator: "\n")
    }

    private func describe(_ event: FinishedEvent) -> String {
        var parts = ["finished \(grouped(event.steps)) steps in \(Formatting.duration(event.seconds))"]
        if event.seconds > 0, event.tokens > 0 {
            parts[0] += " at \(Formatting.rough(Double(event.tokens) / event.seconds)) tokens/s"
        }
        if let step = event.bestStep, let best = event.best?.text {
            parts.append("best validation \(best) at step \(grouped(step))")
        }
        if skippedSteps > 0 { parts.append("\(skippedSteps) \(skippedSteps == 1 ? "step" : "steps") skipped") }
        parts.append("peak memory \(Formatting.bytes(event.peakResidentMemory))")
        return parts.joined(separator: separator)
    }

    // MARK: Looks

    /// True if the output shows characters beyond ASCII.
    private var isUnicode: Bool { if case .bar(_, _, true) = style { true } else { false } }

    /// The separator between parts of a line.
    private var separator: String { isUnicode ? " · " : ", " }

    private enum Emphasis: String {
        case bold = "1"
        case green = "32"
        case yellow = "33"
    }

    private func colored(_ text: String, _ emphasis: Emphasis) -> String {
        guard case .bar(_, true, _) = style else { return text }
        return "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m"
    }
}
