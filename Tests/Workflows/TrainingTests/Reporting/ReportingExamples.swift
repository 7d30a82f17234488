import Files
import Foundation
import ProcessMemory
import Text
import Training

/// A clock that goes only when it is told to.
final class ManualClock {
    var now: Double
    init(_ now: Double) { self.now = now }
    func read() -> Double { now }
}

/// A place to write text to, for the tests to read.
final class TextSink {
    var text = ""
    func write(_ more: String) { text += more }
}

/// An empty folder that is removed when the body ends.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reporting-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

func text(_ path: String) throws -> String { String(decoding: try contents(path), as: UTF8.self) }

/// A step of a run of 200 steps whose loss falls by a hundredth a step.
func step(_ number: Int, loss: Double? = nil, seconds: Double = 0.5, skipped: Bool = false) -> StepEvent {
    StepEvent(
        step: number, totalSteps: 200, epoch: Double(number) / 100, loss: loss ?? 6 - Double(number) / 100,
        learningRate: 0.000_97, gradientNorm: 0.8312, tokens: 128, seconds: seconds, residentMemory: 1_214_000_000,
        isSkipped: skipped)
}

let exampleRun = StartedEvent(
    name: "sample", configuration: "seed: 1\noptimizer:\n  learningRate: 0.001\n", parameters: 3_210_000,
    trainedParameters: 3_210_000, trainingHeadlines: 2400, validationHeadlines: 600, trainingTokens: 45_123,
    resumedAfterStep: 0, totalSteps: 200)

/// Figures of a generator, as its task gives them.
private func figures(loss: Double, bitsPerByte: Double?) -> TaskEvaluation {
    let perplexity = exp(loss)
    return TaskEvaluation(
        loss: loss, count: 53_674,
        figures: [
            .init("perplexity", perplexity, "perplexity \(Formatting.rough(perplexity))"),
            .init("bitsPerByte", bitsPerByte, bitsPerByte.map { "\(Formatting.fixed($0, 3)) bits/byte" }),
        ])
}

let exampleEvaluation = EvaluationEvent(
    step: 100, result: figures(loss: 5.8021, bitsPerByte: 1.9324), unit: .token,
    seconds: 12.25, isBest: true)

let exampleSamples = SamplesEvent(
    step: 100,
    samples: [
        .init(prompt: "Scientists discover", completion: " *new* planet"),
        .init(prompt: "AI could soon", completion: " say \"é\"\n\u{1B}[2J👩‍🚀"),
    ])

let exampleFinish = FinishedEvent(
    steps: 200, seconds: 192.4, tokens: 25_600, bestStep: 100, best: .init("loss", 5.8021, "loss 5.802 nats/token"),
    peakResidentMemory: 1_500_000_000)

/// One event of every kind, in the order of a run.
let exampleEvents: [TrainingEvent] = [
    .note("2400 of 2400 rows kept"),
    .started(exampleRun),
    .evaluation(
        EvaluationEvent(
            step: 0, result: figures(loss: 10.8249, bitsPerByte: nil), unit: .token, seconds: 11,
            isBest: false)),
    .step(step(1)),
    .step(step(2, loss: .nan, skipped: true)),
    .evaluation(exampleEvaluation),
    .samples(exampleSamples),
    .saved(SavedEvent(path: "checkpoints/sample/step-000100.h5", step: 100, seconds: 0.42, bytes: 38_500_000)),
    .warning("3 headlines were cut"),
    .stopped(reason: "interrupted by SIGINT", step: 100),
    .finished(exampleFinish),
]
