import Foundation
import Inference
import ModelFolders
import Testing
import Training

/// Judges the sample run that `scripts/check` has made; without one there is nothing to judge, and the suite says so.
@Suite("Sample generator")
struct SampleGeneratorTests {
    private static let folder = ProcessInfo.processInfo.environment["HEADLINEKIT_SAMPLE_GENERATOR"]

    private static func setup(_ folder: String) throws -> (task: GeneratorTask, training: [String]) {
        let settings = try #require(try TrainingRun<GeneratorSetup>.storedSettings(in: folder))
        let data = try GeneratorData(settings.data) { _ in }
        return (try GeneratorSetup(settings, restoring: true) { _ in }.generator, data.training)
    }

    @Test("its bits per byte are at least a tenth below those of token frequencies")
    func beatsTheUnigramBaseline() throws {
        guard let folder = Self.folder else {
            return print("skipped: sample generator, because HEADLINEKIT_SAMPLE_GENERATOR is not set")
        }
        let baseline = try #require(try Self.setup(folder).task.unigramBaseline.value("bitsPerByte"))
        let text = try String(contentsOfFile: "\(folder)/metrics.jsonl", encoding: .utf8)
        struct Line: Decodable { var kind: String; var bitsPerByte: Double? }
        let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        let last = try #require(lines.last { $0.kind == "evaluation" }?.bitsPerByte)
        print(
            String(
                format: "sample generator: %.3f bits per byte, unigram baseline %.3f (%.1f %% below)", last, baseline,
                100 * (1 - last / baseline)))
        #expect(last <= 0.9 * baseline)
    }

    @Test("of 40 completions at least 32 end by themselves and at most 2 are training headlines")
    func completesHeadlines() throws {
        guard let folder = Self.folder else {
            return print("skipped: sample generator, because HEADLINEKIT_SAMPLE_GENERATOR is not set")
        }
        let training = Set(try Self.setup(folder).training)
        let model = try GeneratorFolder(path: "\(folder)/last")
        let generator = try Generator(try model.load(for: .inference).model, model.tokenizer)
        let completions = try ["Scientists discover", "New law passed to", "AI could soon", "Stock market reacts"]
            .flatMap {
                try generator.complete($0, count: 10, options: SamplingOptions())
            }
        let ended = completions.count { $0.endedByItself }
        let verbatim = completions.count { training.contains($0.headline) }
        print(
            "sample generator: \(ended) of \(completions.count) completions end by themselves, \(verbatim) are training headlines"
        )
        #expect(completions.count == 40)
        #expect(ended >= 32)
        #expect(verbatim <= 2)
    }
}
