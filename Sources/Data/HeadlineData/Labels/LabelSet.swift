import Files
import Text

/// The labels of a classifier in order: class k of the model is label k. At least two, all different.
public struct LabelSet: Sendable, Hashable {
    public let names: [String]
    private let places: [String: Int]

    /// Labels that a person gives, in their order.
    /// - Throws: `LabelError` for fewer than two, an empty one, or one that is there twice.
    public init(_ names: [String]) throws(LabelError) {
        let names = names.map { LineText($0).text }
        guard names.count >= 2 else {
            throw LabelError(
                "the list of labels has \(names.count == 1 ? "only \(quoted(names[0]))" : "no label"), expected at least"
                    + " two; leave it out to take the labels of the training headlines", category: .invalidRequest)
        }
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() {
            guard !name.isEmpty else {
                throw LabelError(
                    "label \(place + 1) of the list of labels is empty; remove it", category: .invalidRequest)
            }
            if let first = places.updateValue(place, forKey: name) {
                throw LabelError(
                    "the list of labels has \(quoted(name)) twice, as label \(first + 1) and label \(place + 1); remove"
                        + " one of them", category: .invalidRequest)
            }
        }
        self.names = names
        self.places = places
    }

    /// The labels of training rows, in the order of their code points.
    /// - Throws: `LabelError` when they all have the same one.
    public init(discoveredIn training: LabeledRows) throws(LabelError) {
        let names = Set(training.rows.compactMap(\.category)).sorted(by: precedes)
        guard names.count >= 2 else {
            throw LabelError(
                "\(training.path): all \(headlineCount(training.rows.count)) to train on have the label"
                    + " \(quotedList(names)), expected at least two different labels; is the column of the labels right"
                    + " (data.columns.category), or does a label map merge too much?")
        }
        try self.init(names)
    }

    /// The number of labels.
    public var count: Int { names.count }

    /// The class of a label, `nil` for a label that is not one of these.
    public func index(of name: String) -> Int? { places[name] }
}

extension LabelSet: Codable {
    /// Reads a list of names.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode([String].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(names)
    }
}
