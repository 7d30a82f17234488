/// Returns the names of a checkpoint's entries as one text that groups layers that are alike, in the order of their first
/// appearance: `h.{0…5}.attn.bias, lm_head.weight`.
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
