import Evaluation
import Files
import HeadlineData
import JSON
import Reports
import Testing
import TestSupport

@Suite("Remarks of a training run on headlines")
struct RunRecordTests {
    private static let part = EvaluationData.HeldOut(method: .stratified, fraction: 0.25, seed: 7)

    @Test("training headlines give a warning, and headlines that chose the model a remark")
    func remarks() throws {
        try withTemporaryFolder { folder in
            let file = try TopicFile.write(40, seed: 5, to: "\(folder)/train.jsonl")
            let other = try TopicFile.write(40, seed: 6, to: "\(folder)/other.jsonl")
            let gone = "\(folder)/gone.jsonl"
            func remark(
                _ data: String, _ heldOut: EvaluationData.HeldOut?, training: String, validation: String? = nil
            ) throws -> RunRecord.Remark? {
                var request = labeled(data)
                request.heldOut = heldOut
                request.runs = [
                    RunRecord(
                        path: "run/config.yaml", training: training, validation: validation, heldOut: Self.part,
                        fitsTemperature: true)
                ]
                return try EvaluationData(request).remarks.first
            }
            let otherSeed = EvaluationData.HeldOut(method: .stratified, fraction: 0.25, seed: 8)
            let warnings = [
                ("all of it", try remark(file, nil, training: file), "was trained on this file"),
                (
                    "another part", try remark(file, otherSeed, training: file),
                    "held out stratified:0.25:7, not stratified:0.25:8"
                ),
                (
                    "a part of all", try remark(file, Self.part, training: file, validation: other),
                    "trained on all of this file"
                ),
                ("a part of a missing file", try remark(file, otherSeed, training: gone), "not stratified:0.25:8"),
                ("another file", try remark(other, Self.part, training: file), "which is not this file"),
            ]
            for (name, remark, words) in warnings {
                #expect(remark?.isWarning == true && remark?.text.contains(words) == true, "\(name): \(remark as Any)")
                #expect(remark?.text.hasPrefix("according to run/config.yaml, ") == true)
            }
            for (name, remark) in [
                ("its part", try remark(file, Self.part, training: file)),
                ("its second file", try remark(other, nil, training: file, validation: other)),
            ] {
                #expect(remark?.isWarning == false, "\(name): \(remark as Any)")
                #expect(remark?.text.contains("chose the best step of the run and its temperature") == true)
            }
            #expect(try remark(other, nil, training: file) == nil && remark(other, nil, training: gone) == nil)
        }
    }

    @Test("the newest rows are the same part whatever the seed")
    func temporal() throws {
        try withTemporaryFolder { folder in
            let file = try TopicFile.write(40, seed: 5, to: "\(folder)/train.jsonl")
            var request = labeled(file)
            request.heldOut = try EvaluationData.HeldOut("temporal:0.25:9")
            request.runs = [
                RunRecord(
                    path: "run/config.yaml", training: file, validation: nil,
                    heldOut: .init(method: .temporal, fraction: 0.25, seed: 1), fitsTemperature: false)
            ]
            let remark = try #require(EvaluationData(request).remarks.first)
            #expect(!remark.isWarning && !remark.text.contains("temperature"))
        }
    }

    @Test("a warning appears in the report and keeps the verdict from good")
    func report() throws {
        try withTemporaryFolder { folder in
            try SmallClassifier.write(to: "\(folder)/model")
            let file = try TopicFile.write(40, seed: 5, to: "\(folder)/train.jsonl")
            var request = labeled(file)
            request.runs = [
                RunRecord(
                    path: "run/config.yaml", training: file, validation: nil, heldOut: Self.part, fitsTemperature: true)
            ]
            let data = try EvaluationData(request)
            let evaluation = try ClassifierEvaluation(folder: "\(folder)/model", data: data, quickContext)
            #expect(evaluation.verdict.reasons.contains { $0.contains("the model was trained on this file") })
            #expect(
                evaluation.report().markdown.contains(
                    "**Warning:** According to run/config.yaml, the model was trained on"))
            #expect(evaluation.json()["data"]?["remarks"]?.array?[0]["isWarning"]?.boolean == true)
            let comparison = try ModelComparison("\(folder)/model", "\(folder)/model", data: data, quickContext)
            #expect(comparison.report().markdown.contains("the model was trained on this file"))
        }
    }
}
