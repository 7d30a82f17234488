import Files
import Foundation
import JSON
import Testing
import TestSupport
import Training

/// Judges the sample runs of three seeds that `scripts/check` has made; without them there is nothing to judge, and the suite
/// says so.
@Suite("Sample classifier")
struct SampleClassifierTests {
    private static let folders = (ProcessInfo.processInfo.environment["HEADLINEKIT_SAMPLE_CLASSIFIERS"] ?? "")
        .split(separator: ":").map(String.init)

    @Test("the mean accuracy of three seeds on the held-out fifth is at least 0.60")
    func accuracy() throws {
        guard !Self.folders.isEmpty else {
            return print("skipped: sample classifier, because HEADLINEKIT_SAMPLE_CLASSIFIERS is not set")
        }
        #expect(Self.folders.count == 3)
        var accuracies: [Double] = []
        var seeds: Set<Int> = []
        for folder in Self.folders {
            let settings = try #require(try TrainingRun<ClassifierSetup>.storedSettings(in: folder))
            seeds.insert(settings.seed)
            let lines = try readFile("\(folder)/metrics.jsonl").split(separator: UInt8(ascii: "\n")).map {
                try JSONValue(parsing: Array($0))
            }
            let last = try #require(lines.last { $0["kind"]?.string == "evaluation" })
            #expect(last["headlines"]?.integer ?? 0 > 700)
            accuracies.append(try #require(last["accuracy"]?.number))
        }
        #expect(seeds.count == 3, "the runs are of \(seeds.count) seeds")
        let mean = accuracies.reduce(0, +) / Double(accuracies.count)
        print(String(format: "sample classifier: mean accuracy %.3f of three seeds (\(accuracies))", mean))
        #expect(mean >= 0.60)
    }
}
