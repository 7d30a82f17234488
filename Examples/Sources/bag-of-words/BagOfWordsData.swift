import HeadlineData
import Tokenization

/// The two sides of a file of labeled headlines, and the vocabulary of its training side.
struct BagOfWordsData {
    let training: TokenizedHeadlines
    let validation: TokenizedHeadlines
    let labels: [String]
    /// The words by id; id 0 is for words that training never saw.
    let words: [String]

    init(path: String, heldOut: Double) throws {
        let rows = try LabeledRows(HeadlineTable(readingFrom: path))
        let sides = rows.sides(of: try Split(of: rows.rows, method: .stratified, fraction: heldOut, seed: 1))
        let labeling = try Labeling(training: sides.training, validation: sides.validation)
        let words = ["?"] + Set(sides.training.rows.flatMap { Self.words(of: $0.text) }).sorted()
        let ids = Dictionary(uniqueKeysWithValues: zip(words, words.indices.map { Int32($0) }))
        func tokenized(_ side: LabeledRows, _ labels: [Int]) throws -> TokenizedHeadlines {
            // Word 0 frames every headline, so that none is empty.
            try TokenizedHeadlines(
                side.rows.map(\.text), labels: labels, frame: .classifier(prefix: [0], suffix: []), maximumTokens: 64,
                overlong: .cut
            ) { text in Self.words(of: text).map { ids[$0] ?? 0 } }
        }
        training = try tokenized(sides.training, labeling.training)
        validation = try tokenized(sides.validation, labeling.validation)
        labels = labeling.labels.names
        self.words = words
    }

    static func words(of headline: String) -> [String] {
        headline.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
