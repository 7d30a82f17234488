import Files
import Foundation
import HeadlineData
import Testing
import Text

private func rows(_ labels: [String?]) -> [Headline] {
    labels.enumerated().map { Headline("headline \($0.offset)", category: $0.element, line: $0.offset + 1) }
}

private func labeled(_ labels: [String?], _ path: String = "train.csv", map: LabelMap? = nil) throws -> LabeledRows {
    try LabeledRows(rows(labels), path: path, map: map)
}

@Suite struct LabelingTests {
    @Test("labels are found in the training rows, sorted by code point, and rows without one are dropped and counted")
    func discovers() throws {
        let labelling = try Labeling(
            training: labeled(["b", nil, "a", "B", "é", "b"]), validation: labeled(["é", "b", nil], "validation.csv"))
        #expect(labelling.labels.names == ["B", "a", "b", "é"])
        #expect(labelling.training == [2, 1, 0, 3, 2])
        #expect(labelling.validation == [3, 2])
        #expect(labelling.summary.trainingCounts == [1, 1, 2, 1])
        #expect(labelling.summary.validationCounts == [0, 0, 1, 1])
        #expect(labelling.summary.unlabeled == 2)
        #expect(labelling.labels.index(of: "a") == 1 && labelling.labels.index(of: "A") == nil)
    }

    @Test("given labels keep their order, and one without training rows is reported as rare")
    func given() throws {
        let labelling = try Labeling(
            training: labeled(["x", "y", "y", "x"]), validation: labeled(["x"]), given: LabelSet(["y", "z", "x"]),
            rareLimit: 2)
        #expect(labelling.training == [2, 0, 0, 2])
        #expect(labelling.summary.trainingCounts == [2, 0, 2])
        #expect(labelling.summary.rare == ["z"])
    }

    @Test("a map merges labels, and what it does not name is kept and said")
    func maps() throws {
        let map = try LabelMap([(old: "PARENTS", new: "PARENTING"), (old: "GREEN", new: "nature")], name: "map.yaml")
        let training = try labeled(["PARENTS", "GREEN", "TECH", "PARENTING", nil], map: map)
        #expect(training.rows.map(\.category) == ["PARENTING", "nature", "TECH", "PARENTING"])
        #expect(training.rows.map(\.text) == ["headline 0", "headline 1", "headline 2", "headline 3"])
        #expect(training.rows.map(\.line) == [1, 2, 3, 4])
        let summary = try Labeling(training: training, validation: labeled(["TECH"])).summary
        #expect(summary.unmapped == ["TECH"])
        #expect(
            summary.description
                == "3 labels of 1 to 2 headlines to train on; the most frequent, `PARENTING`, has 2 of 4; one headline"
                + " without a label dropped; not named by the label map and left as they are: `TECH`; fewer than 10"
                + " headlines to train on, so hardly to be learned: `PARENTING`, `TECH`, `nature`; consider a label map"
        )
        #expect(try JSONDecoder().decode(LabelSummary.self, from: JSONEncoder().encode(summary)) == summary)
    }

    @Test("the sides of a split hold its rows, and what was dropped is reported once")
    func splits() throws {
        let whole = try labeled((0..<40).map { $0 % 4 == 3 ? nil : ["a", "b", "c"][$0 % 4] })
        let split = try Split(of: whole.rows, method: .stratified, fraction: 0.3, seed: 1)
        let (training, validation) = whole.sides(of: split)
        #expect(training.rows == split.training.map { whole.rows[$0] })
        #expect(validation.rows == split.validation.map { whole.rows[$0] })
        let labelling = try Labeling(training: training, validation: validation)
        #expect(labelling.summary.unlabeled == 10)
        #expect(
            labelling.summary.rare == (labelling.summary.trainingCounts.allSatisfy { $0 < 10 } ? ["a", "b", "c"] : []))
    }

    @Test("a file without labels is refused")
    func noLabels() throws {
        let none = try #require(throws: LabelError.self) { try labeled([nil, nil]) }
        #expect(
            none.description
                == "train.csv: none of its 2 headlines has a label; is the column of the labels right"
                + " (data.columns.category)?")
        let table = try HeadlineTable(bytes: Array("headline,kind\nA,b\n".utf8), path: "train.csv")
        let column = try #require(throws: LabelError.self) { try LabeledRows(table) }
        #expect(
            column.description
                == "train.csv: no column holds labels, expected one named `category` or like it; name it with the setting"
                + " data.columns.category")
        let named = try HeadlineTable(
            bytes: Array("headline,kind\nA,b\n".utf8), path: "train.csv", columns: ColumnNames(category: "kind"))
        #expect(try LabeledRows(named).rows.map(\.category) == ["b"])
    }

    /// Labels that no classifier can be trained with, and the whole sentence.
    struct Refused: Sendable, CustomStringConvertible {
        let training: [String]
        let validation: [String]
        var given: [String]?
        let sentence: String
        var description: String { sentence }
    }

    @Test(
        "labels that no classifier can be trained with are refused with what, where and what to do",
        arguments: [
            Refused(
                training: ["a", "a", "a"], validation: ["a"],
                sentence: "train.csv: all 3 headlines to train on have the label `a`, expected at least two different"
                    + " labels; is the column of the labels right (data.columns.category), or does a label map merge too"
                    + " much?"),
            Refused(
                training: ["arts", "sports"], validation: ["arts", "sport", "music"],
                sentence:
                    "test.csv: line 2 is to validate on and has the label `sport` (and 1 more such label), which no"
                    + " headline to train on has; merge it with a label map, give training headlines of it or, if one file"
                    + " is split, split it stratified; did you mean \"sports\"?"),
            Refused(
                training: ["apple", "bear", "bear"], validation: ["cat"], given: ["apple", "bear", "cat"],
                sentence:
                    "test.csv: line 1 is to validate on and has the label `cat`, which no headline to train on has;"
                    + " merge it with a label map, give training headlines of it or, if one file is split, split it"
                    + " stratified"),
            Refused(
                training: ["a", "b"], validation: ["a"], given: ["a", "b", "c"],
                sentence: "train.csv: 2 headlines to train on for 3 labels, expected at least one for each and better a"
                    + " hundred; give more headlines or fewer labels"),
            Refused(
                training: ["travel", "food", "wine\u{1B}", "beer"], validation: ["food"], given: ["food", "travel"],
                sentence:
                    "train.csv: line 3 has the label `wine\\u{1b}` (and 1 more such label), which is not in the list"
                    + " of labels; add it to the list or merge it with a label map"),
        ])
    func refusals(_ refused: Refused) throws {
        let error = try #require(throws: LabelError.self) {
            try Labeling(
                training: labeled(refused.training), validation: labeled(refused.validation, "test.csv"),
                given: refused.given.map { try LabelSet($0) })
        }
        #expect(error.description == refused.sentence)
        #expect(error.category == .invalidInput)
    }

    @Test(
        "a list of labels that cannot be one is refused as a wrong setting",
        arguments: [
            (
                [],
                "the list of labels has no label, expected at least two; leave it out to take the labels of the training"
                    + " headlines"
            ),
            (
                ["a"],
                "the list of labels has only `a`, expected at least two; leave it out to take the labels of the training"
                    + " headlines"
            ),
            (["a", "b", " a"], "the list of labels has `a` twice, as label 1 and label 3; remove one of them"),
            (["a", " "], "label 2 of the list of labels is empty; remove it"),
        ])
    func badLists(names: [String], sentence: String) throws {
        let error = try #require(throws: LabelError.self) { try LabelSet(names) }
        #expect(error.description == sentence)
        #expect(error.category == .invalidRequest)
    }

    @Test("a label set is a list of names in JSON")
    func json() throws {
        let labels = try LabelSet(["b", "a"])
        let bytes = try JSONEncoder().encode(labels)
        #expect(String(decoding: bytes, as: UTF8.self) == #"["b","a"]"#)
        #expect(try JSONDecoder().decode(LabelSet.self, from: bytes) == labels)
        #expect(throws: (any Error).self) { try JSONDecoder().decode(LabelSet.self, from: Data(#"["a","a"]"#.utf8)) }
    }
}

@Suite struct ClassWeightingTests {
    @Test("the mean weight over the rows is 1, whatever the weighting", arguments: ClassWeighting.allCases)
    func meanIsOne(weighting: ClassWeighting) {
        for counts in [[5, 5], [1, 9_999, 300], [0, 7, 3], [1_000_000, 1, 2, 50]] {
            let weights = weighting.weights(counts: counts, beta: 0.999)
            let sum = zip(weights, counts).reduce(0) { $0 + $1.0 * Double($1.1) }
            #expect((sum / Double(counts.reduce(0, +)) - 1).magnitude < 1e-12)
            #expect(zip(weights, counts).allSatisfy { ($0 == 0) == ($1 == 0) })
        }
    }

    @Test("balanced is n / (K n_c), as scikit-learn has it")
    func balanced() {
        let weights = ClassWeighting.balanced.weights(counts: [1, 4, 5], beta: 0)
        for (weight, expected) in zip(weights, [10 / 3.0, 10 / 12.0, 10 / 15.0]) {
            #expect((weight - expected).magnitude < 1e-14)
        }
    }

    @Test("effective numbers are (1 − β^n) / (1 − β): no weighting for β = 0, balanced for β towards 1")
    func effectiveNumber() {
        let counts = [1, 2, 3]
        let weights = ClassWeighting.effectiveNumber.weights(counts: counts, beta: 0.5)
        // Effective numbers 1, 1.5 and 1.75.
        #expect((weights[0] / weights[1] - 1.5).magnitude < 1e-14)
        #expect((weights[0] / weights[2] - 1.75).magnitude < 1e-14)
        #expect(ClassWeighting.effectiveNumber.weights(counts: counts, beta: 0) == [1, 1, 1])
        #expect(ClassWeighting.none.weights(counts: counts, beta: 0.5) == [1, 1, 1])
        let limit = ClassWeighting.effectiveNumber.weights(counts: counts, beta: 1 - 1e-12)
        for (weight, expected) in zip(limit, ClassWeighting.balanced.weights(counts: counts, beta: 0)) {
            #expect((weight - expected).magnitude < 1e-10)
        }
    }
}
