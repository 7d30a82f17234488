import Files
import HeadlineData

/// The headlines to train on and to validate on.
package struct GeneratorData {
    /// The headlines to train on.
    package let training: [String]
    /// The headlines to validate on.
    let validation: [String]
    /// SHA-256 of the files, for the model card.
    let digests: [String]

    /// Reads the files that the settings name, and splits the training file if there is no other.
    package init(_ settings: DataSettings, note: (String) throws -> Void) throws {
        let table = try settings.trainingTable(note: note)
        guard let held = try settings.validationTable(note: note) else {
            let split = try settings.split.split(table.rows, of: table.path)
            try note("split: \(split.summary)")
            training = split.training.map { table.rows[$0].text }
            validation = split.validation.map { table.rows[$0].text }
            digests = [table.digest.hexadecimal]
            return
        }
        training = table.texts
        validation = held.texts
        digests = [table.digest.hexadecimal, held.digest.hexadecimal]
        let overlap = Overlap(training: training, validation: validation)
        if overlap.exact + overlap.near > 0 { try note("overlap: \(overlap)") }
    }
}
