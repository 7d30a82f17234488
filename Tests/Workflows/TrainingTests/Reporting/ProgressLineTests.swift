import Testing
import Training

@Suite struct ProgressLineTests {
    private static let line = ProgressLine(
        event: step(84), loss: 5.8124, tokensPerSecond: 312.4, remaining: 192, skippedSteps: 0)

    @Test("a progress line fits its width and leaves out what matters least first")
    func widths() {
        let cases: [(width: Int, line: String)] = [
            (
                120,
                "████████████░░░░░░░░░░░░░░░░░  42%  84/200  epoch 0.84  loss 5.812  lr 9.70e-04  norm 0.83  312 tok/s  "
                    + "1.21 GB  ETA 3:12"
            ),
            (80, "████░░░░░░  42%  84/200  loss 5.812  lr 9.70e-04  norm 0.83  312 tok/s  ETA 3:12"),
            (60, "█████░░░░░░░░░  42%  84/200  loss 5.812  312 tok/s  ETA 3:12"),
            (40, "███████░░░░░░░░░░  42%  84/200  ETA 3:12"),
            (22, "42%  84/200  ETA 3:12"),
            (14, "42%  ETA 3:12"), (3, "42%"), (2, ""), (0, ""), (-1, ""),
        ]
        for (width, expected) in cases { #expect(Self.line.bar(width: width, isUnicode: true) == expected) }
        for width in 0...200 { #expect(Self.line.bar(width: width, isUnicode: false).count <= width) }
        #expect(Self.line.bar(width: 40, isUnicode: false) == "#######----------  42%  84/200  ETA 3:12")
    }

    @Test("a line for a log says everything in words")
    func plain() {
        let text =
            "step 84/200 (42 %), epoch 0.84, loss 5.812, learning rate 9.70e-04, gradient norm 0.83, 312 tokens/s, 1.21 GB"
        #expect(Self.line.plain == text + ", 3 min 12 s left")
        var line = Self.line
        line.skippedSteps = 2
        line.remaining = nil
        line.loss = nil
        #expect(line.plain == text.replacing("loss 5.812", with: "loss unknown") + ", 2 skipped")
        line.event.totalSteps = 0
        #expect(line.plain.hasPrefix("step 84/0 (0 %)"))
    }
}
