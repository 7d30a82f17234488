import Evaluation
import Files
import Reports
import Testing
import Text

@Suite("Thresholds")
struct ThresholdTests {
    private let known = ["accuracy", "macroF1"]

    @Test("a name, an equals sign and a number are read; anything else is refused with what was expected")
    func reading() throws {
        let threshold = try Threshold("macroF1=0.25", .over, known: known)
        #expect(threshold.name == "macroF1" && threshold.limit == 0.25 && threshold.side == .over)
        for (text, says) in [
            ("accuracy", "NAME=NUMBER"), ("accuracy=high", "NAME=NUMBER"), ("accuracy=nan", "NAME=NUMBER"),
            ("acuracy=1", "accuracy, macroF1"), ("=1", "accuracy, macroF1"),
        ] {
            do {
                _ = try Threshold(text, .under, known: known)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.description.contains(says), "\(error)")
                #expect(error.category == .invalidRequest)
            }
        }
    }

    @Test("a metric without its input is refused with the name of the input")
    func missing() throws {
        let missing = ["copiedShare": "--train or --held-out"]
        for side in [Threshold.Side.under, .over] {
            let error = #expect(throws: EvaluationError.self) {
                try Threshold("copiedShare=0.1", side, known: known + ["copiedShare"], missing: missing)
            }
            #expect(error?.category == .invalidRequest && error?.description.contains("--train or --held-out") == true)
            #expect(error?.description.hasPrefix("copiedShare cannot be measured without ") == true)
        }
        #expect(try Threshold("accuracy=0.1", .under, known: known, missing: missing).limit == 0.1)
    }

    @Test("a sentence has the value in its own style, and all digits where rounding would hide the side")
    func sentences() throws {
        func sentence(_ text: String, _ value: Double, _ style: NumberStyle) throws -> String {
            Threshold.Outcome(
                threshold: try Threshold(text, .under, known: known), value: value, style: style
            ).sentence
        }
        #expect(
            try sentence("accuracy=0.6", 361.0 / 810, .decimals(3)) == "accuracy is 0.446, below the limit of 0.600")
        #expect(try sentence("accuracy=0.95", 0.935, .percent(1)) == "accuracy is 93.5 %, below the limit of 95.0 %")
        #expect(
            try sentence("accuracy=0.6", 0.5999, .decimals(3)) == "accuracy is 0.5999, below the limit of 0.6")
        #expect(
            try sentence("accuracy=0.6", 0.6, .decimals(3)) == "accuracy is 0.600, at least the limit of 0.600")
    }

    @Test("limits themselves hold, and a metric that is missing or NaN never does")
    func judging() throws {
        let under = try Threshold("accuracy=0.5", .under, known: known)
        let over = try Threshold("accuracy=0.5", .over, known: known)
        func outcome(_ threshold: Threshold, _ value: Double?) -> Bool {
            Threshold.Outcome(threshold: threshold, value: value).holds
        }
        #expect(outcome(under, 0.5) && outcome(under, 0.6) && !outcome(under, 0.4999))
        #expect(outcome(over, 0.5) && outcome(over, 0.4) && !outcome(over, 0.5001))
        for threshold in [under, over] {
            #expect(!outcome(threshold, nil) && !outcome(threshold, .nan))
        }
    }
}
