import Autograd
import Files
import NeuralNetwork
import NumericCore

/// Throws when a weight of the model in the folder `path` is not finite, naming its array.
func requireFinite(_ store: ParameterStore, of path: String) throws(FileError) {
    for parameter in store.parameters {
        let first = parameter.array.withUnsafeElements { $0.first { !$0.isFinite } }
        guard let first else { continue }
        throw FileError(
            path,
            "its array \"\(parameter.name)\" holds \(first), expected finite numbers; the weights are damaged, or the"
                + " training diverged")
    }
}

/// The model card for an export of the folder `path`: its own, if it has one; for int8 one that says what the weights are and
/// claims no library that cannot read them.
func modelCard(of path: String, in precision: WeightPrecision) throws(FileError) -> [UInt8]? {
    let file = "\(path)/README.md"
    let card = pathExists(file) ? try readFile(file, limit: 1 << 24) : nil
    guard precision == .int8 else { return card }
    return Array(int8Card(String(decoding: card ?? [], as: UTF8.self)).utf8)
}

/// A model card with `library_name: headlinekit` in its metadata, and a note behind them.
private func int8Card(_ card: String) -> String {
    let note = """
        > The weights of this folder are int8 with a scale for each output, rounded from a more precise model. Only HeadlineKit
        > reads them; transformers refuses the folder. Figures in this card are those of the model before rounding.
        """
    let lines = card.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
        return "---\nlibrary_name: headlinekit\n---\n\n\(note)\n" + (card.isEmpty ? "" : "\n" + card)
    }
    let metadata = lines[1..<end].filter { !$0.hasPrefix("library_name:") }
    let rest = lines[(end + 1)...].drop { $0.isEmpty }
    return (["---", "library_name: headlinekit"] + metadata + ["---", "", note, ""] + rest).joined(separator: "\n")
}
