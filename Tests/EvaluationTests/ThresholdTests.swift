import Evaluation
import Files
import Testing

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
                #expect(error.description.contains(says) && error.description.contains("--fail-under"), "\(error)")
                #expect(error.exitStatus == .usage)
            }
        }
    }

    @Test("limits themselves hold, and a figure that is missing or no number holds nothing")
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
