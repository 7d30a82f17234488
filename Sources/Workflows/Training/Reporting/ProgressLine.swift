import Text

/// The state of a run after a step, and the lines that show it.
package struct ProgressLine: Sendable, Equatable {
    /// The last step.
    package var event: StepEvent
    /// Nats per token, smoothed over steps; `nil` while no loss was finite.
    package var loss: Double?
    /// Over the last seconds of work.
    package var tokensPerSecond: Double?
    /// Seconds until the last step.
    package var remaining: Double?
    /// Steps the guard refused so far.
    package var skippedSteps: Int

    package init(
        event: StepEvent, loss: Double?, tokensPerSecond: Double?, remaining: Double?, skippedSteps: Int
    ) {
        self.event = event
        self.loss = loss
        self.tokensPerSecond = tokensPerSecond
        self.remaining = remaining
        self.skippedSteps = skippedSteps
    }

    private var fraction: Double {
        event.totalSteps > 0 ? min(1, max(0, Double(event.step) / Double(event.totalSteps))) : 0
    }

    /// The line for a log, with everything in words.
    package var plain: String {
        var items = [
            "step \(event.step)/\(event.totalSteps) (\(Int(fraction * 100)) %)",
            "epoch \(Formatting.fixed(event.epoch, 2))",
            "loss \(loss.map { Formatting.fixed($0, 3) } ?? "unknown")",
            "learning rate \(Formatting.scientific(event.learningRate))",
            "gradient norm \(Formatting.rough(event.gradientNorm))",
            "\(tokensPerSecond.map(Formatting.rough) ?? "?") tokens/s",
            Formatting.bytes(event.residentMemory),
        ]
        if skippedSteps > 0 { items.append("\(skippedSteps) skipped") }
        if let remaining, event.step < event.totalSteps { items.append("\(Formatting.duration(remaining)) left") }
        return items.joined(separator: ", ")
    }

    /// The line for a terminal, at most `width` characters: the items that matter least are left out first, then the bar.
    package func bar(width: Int, isUnicode: Bool) -> String {
        var items = barItems
        while !items.isEmpty {
            let text = items.map(\.text).joined(separator: "  ")
            let room = width - text.count - 2
            if room >= 10 {
                return progressBar(fraction, length: min(room, 30), isUnicode: isUnicode) + "  " + text
            }
            if items.count <= 3, text.count <= width { return text }
            guard let least = items.indices.max(by: { items[$0].rank < items[$1].rank }) else { break }
            items.remove(at: least)
        }
        return ""
    }

    /// In the order they are shown; a higher rank goes first when there is no room.
    private var barItems: [(rank: Int, text: String)] {
        var items = [
            (0, "\(Int(fraction * 100))%"),
            (2, "\(event.step)/\(event.totalSteps)"),
            (8, "epoch \(Formatting.fixed(event.epoch, 2))"),
            (3, "loss \(loss.map { Formatting.fixed($0, 3) } ?? "?")"),
            (5, "lr \(Formatting.scientific(event.learningRate))"),
            (6, "norm \(Formatting.rough(event.gradientNorm))"),
            (4, "\(tokensPerSecond.map(Formatting.rough) ?? "?") tok/s"),
            (7, Formatting.bytes(event.residentMemory)),
        ]
        if skippedSteps > 0 { items.append((9, "\(skippedSteps) skipped")) }
        items.append((1, "ETA \(remaining.map(Formatting.clock) ?? "?")"))
        return items
    }
}
