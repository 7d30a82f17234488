import Files
import Text

/// The names of a checkpoint's entries as one text in which layers that are alike stand together:
/// `h.{0…5}.attn.bias, lm_head.weight`. In the order of their first appearance.
package func shortList(ofEntries names: [String]) -> String {
    var order: [String] = []
    var layers: [String: [Int]] = [:]
    for name in names {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // The first number in a name is its layer.
        let place = parts.firstIndex { Int($0) != nil }
        let pattern = parts.enumerated().map { $0 == place ? "{}" : $1 }.joined(separator: ".")
        if layers[pattern] == nil { order.append(pattern) }
        layers[pattern, default: []] += place.flatMap { Int(parts[$0]) }.map { [$0] } ?? []
    }
    return order.map { pattern in
        let numbers = (layers[pattern] ?? []).sorted()
        guard let first = numbers.first, let last = numbers.last else { return pattern }
        let isRun = numbers.count > 2 && last - first == numbers.count - 1
        let text = isRun ? "\(first)…\(last)" : numbers.map(String.init).joined(separator: ", ")
        return pattern.replacing("{}", with: numbers.count == 1 ? text : "{\(text)}", maxReplacements: 1)
    }.joined(separator: ", ")
}

/// Says when a vocabulary leaves entries of a base model without use: harmless where the model's size was only rounded up,
/// but a sign of a vocabulary that belongs to another model.
func noteUnusedEntries(of base: String, _ vocabularySize: Int, _ modelSize: Int, _ note: (String) -> Void) {
    guard vocabularySize < modelSize else { return }
    note(
        "\(base): its vocabulary has \(grouped(vocabularySize)) entries and its model has room for "
            + "\(grouped(modelSize)); those in between are never read")
}
