import Files
import Foundation
import ProcessMemory
public import Text

/// Shows a run to a person: a progress bar that is redrawn in place on a terminal, plain lines elsewhere; evaluations,
/// completions, savings and warnings as lines on both.
public final class TerminalProgress: TrainingObserver {
    /// What the output can show.
    public typealias Style = TerminalStyle

    private let style: Style
    private let write: (String) -> Void
    private let clock: () -> Double

    private var rate = RateMeter(window: 30)
    private var loss = SmoothedLoss()
    private var remaining: RemainingTime?
    private var skippedSteps = 0
    private var lastShown: (step: Int, time: Double)?
    private var barIsDrawn = false

    /// The least time between two drawings of the bar, in seconds: ten a second look continuous and cost nothing.
    private static let redrawInterval = 0.1

    /// - Parameters:
    ///   - write: takes text as it is to appear, line breaks included.
    ///   - clock: seconds from any start, never going back.
    public init(style: Style, write: @escaping (String) -> Void, clock: @escaping () -> Double = steadyClock) {
        self.style = style
        self.write = write
        self.clock = clock
    }

    /// Progress on standard error.
    public static func standardError(quiet: Bool = false) -> TerminalProgress {
        TerminalProgress(style: .standardError(quiet: quiet), write: writeToStandardError)
    }

    public func receive(_ event: TrainingEvent) throws {
        switch event {
        case .started(let run): show(describe(run))
        case .step(let event): show(event)
        case .evaluation(let event): show(describe(event))
        case .samples(let event): show(describe(event))
        case .saved(let event):
            let took = Formatting.duration(event.seconds)
            show("saved \(escapedForTerminal(event.path)) (\(Formatting.bytes(event.bytes)) in \(took))")
        case .warning(let text): show(colored("warning: ", .yellow) + escapedForTerminal(text), evenIfQuiet: true)
        case .stopped(let reason, let step):
            show("stopped after step \(step): \(escapedForTerminal(reason))", evenIfQuiet: true)
        case .finished(let run): show(describe(run))
        }
    }

    /// Leaves the line of the bar, so that what is printed next begins on a line of its own.
    public func flush() { clearBar() }

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
            write("\r" + line.bar(width: width() - 1, isUnicode: isUnicode) + "\u{1B}[K")
            barIsDrawn = true
        case .lines(let steps, let seconds):
            if let last = lastShown, !isLast, event.step - last.step < steps, now - last.time < seconds { return }
            write(line.plain + "\n")
        }
        lastShown = (event.step, now)
    }

    // MARK: Lines

    private func show(_ text: String, evenIfQuiet: Bool = false) {
        if case .quiet = style, !evenIfQuiet { return }
        clearBar()
        write(text + "\n")
    }

    private func clearBar() {
        guard barIsDrawn else { return }
        write("\r\u{1B}[K")
        barIsDrawn = false
        lastShown = nil
    }

    private func describe(_ run: StartedEvent) -> String {
        let trained =
            run.trainedParameters == run.parameters ? "" : ", \(grouped(run.trainedParameters)) trained"
        let resumed = run.resumedAfterStep > 0 ? ", resumed after step \(run.resumedAfterStep)" : ""
        return "\(escapedForTerminal(run.name)): \(grouped(run.parameters)) parameters\(trained); "
            + "\(grouped(run.trainingHeadlines)) headlines "
            + "(\(grouped(run.trainingTokens)) tokens) to train on, "
            + "\(grouped(run.validationHeadlines)) to evaluate on; "
            + "\(grouped(run.totalSteps)) steps\(resumed)"
    }

    private func describe(_ event: EvaluationEvent) -> String {
        let figures = event.result.figures.compactMap(\.text).map { ", \($0)" }.joined()
        return colored("evaluation at step \(event.step): ", .bold)
            + "loss \(Formatting.fixed(event.result.loss, 4)) nats/\(event.unit.rawValue)\(figures) "
            + "over \(event.unit.counted(event.result.count)) in \(Formatting.duration(event.seconds))"
            + (event.isBest ? colored(" (best so far)", .green) : "")
    }

    private func describe(_ event: SamplesEvent) -> String {
        let lines = event.samples.map { sample in
            "  [\(escapedForTerminal(sample.prompt))]\(escapedForTerminal(sample.completion))"
        }
        return ([colored("completions at step \(event.step):", .bold)] + lines).joined(separator: "\n")
    }

    private func describe(_ run: FinishedEvent) -> String {
        var text = "finished \(grouped(run.steps)) steps in \(Formatting.duration(run.seconds))"
        if run.seconds > 0, run.tokens > 0 {
            text += ", \(Formatting.rough(Double(run.tokens) / run.seconds)) tokens/s in all"
        }
        if let step = run.bestStep, let best = run.best?.text {
            text += "; best evaluation \(best) at step \(step)"
        }
        if skippedSteps > 0 { text += "; \(skippedSteps) steps skipped" }
        return text + "; at most \(Formatting.bytes(run.peakResidentMemory)) of memory"
    }

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
