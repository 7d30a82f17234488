import Files
import Text

/// The labels of a classifier in order: class k of the model is label k. At least two, all different.
public struct LabelSet: Sendable, Hashable {
    /// The names, in the order of the classes.
    public let names: [String]
    private let places: [String: Int]

    /// Labels that a person gives, in their order.
    /// - Throws: `LabelError` for fewer than two, an empty one, or one that is there twice.
    public init(_ names: [String]) throws(LabelError) {
        let names = names.map { LineText($0).text }
        guard names.count >= 2 else {
            throw .shortList(names)
        }
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() {
            guard !name.isEmpty else {
                throw .emptyLabel(number: place + 1)
            }
            if let first = places.updateValue(place, forKey: name) {
                throw .repeatedLabel(name: name, first: first + 1, second: place + 1)
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
            throw .oneLabel(path: training.path, rows: training.rows.count, label: names.first ?? "")
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

    /// Writes a list of names.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(names)
    }
}
