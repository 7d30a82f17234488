/// Shows how far long work of several stages has come: a bar that is redrawn in place on a terminal, a line now and then
/// elsewhere, nothing before a stage has taken a second.
public final class ProgressBar {
    private let style: TerminalStyle
    private let write: (String) -> Void
    private let clock: () -> Double
    private var stage = ""
    private var stageStart = 0.0
    private var lastShown = 0.0
    private var line: RedrawnLine

    /// - Parameters:
    ///   - write: takes text as it is to appear, line breaks included.
    ///   - clock: seconds from any start, never going back.
    public init(
        style: TerminalStyle, write: @escaping (String) -> Void, clock: @escaping () -> Double = steadyClock
    ) {
        (self.style, self.write, self.clock) = (style, write, clock)
        line = RedrawnLine(write: write)
    }

    /// A bar on standard error.
    public static func standardError(quiet: Bool = false) -> ProgressBar {
        ProgressBar(style: .standardError(quiet: quiet), write: writeToStandardError)
    }

    /// Seconds that a stage takes before it is shown, and between two drawings of the bar.
    private static let (patience, redrawInterval) = (1.0, 0.1)

    /// Shows that `fraction` of a stage is done.
    public func show(_ stage: String, _ fraction: Double) {
        let now = clock()
        if stage != self.stage { (self.stage, stageStart, lastShown) = (stage, now, now) }
        let spent = now - stageStart
        guard spent >= Self.patience else { return }
        let fraction = fraction.isFinite ? min(max(fraction, 0), 1) : 0
        let left = fraction > 0.01 ? "  ETA \(Formatting.clock(spent / fraction - spent))" : ""
        switch style {
        case .quiet: return
        case .bar(let width, _, let isUnicode):
            guard now - lastShown >= Self.redrawInterval || fraction == 1 else { return }
            let text = "  \(Int(fraction * 100))%  \(stage)\(left)"
            let room = min(30, width() - 1 - text.count)
            let bar = room >= 10 ? progressBar(fraction, length: room, isUnicode: isUnicode) : ""
            line.draw(String((bar + text).prefix(max(0, width() - 1))))
        case .lines(_, let seconds):
            guard now - lastShown >= seconds || fraction == 1 && spent >= seconds else { return }
            write("\(stage): \(Int(fraction * 100))%\(left)\n")
        }
        lastShown = now
    }

    /// Removes the bar, so that what is printed next begins on a line of its own.
    public func clear() { line.clear() }
}
