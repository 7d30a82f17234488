import Files
import HeadlineData
import Settings

/// The labeled headlines to train on and to validate on.
struct ClassifierData {
    let training: LabeledRows
    let validation: LabeledRows
    let labeling: Labeling
    /// SHA-256 of the files, for the model card.
    let digests: [String]

    init(_ settings: ClassifierSettings, note: (String) throws -> Void) throws {
        let data = settings.data
        let map = try settings.labels.map.map { path in
            try LabelMap(NamePairs(contentsOf: path.path, kind: "label map").pairs, name: path.path)
        }
        let table = try data.trainingTable(note: note)
        if let held = try data.validationTable(note: note) {
            try map?.check(against: table.rows + held.rows)
            training = try LabeledRows(table, map: map)
            validation = try LabeledRows(held, map: map)
            digests = [table.digest.hexadecimal, held.digest.hexadecimal]
            let overlap = Overlap(training: training.rows.map(\.text), validation: validation.rows.map(\.text))
            if overlap.exact + overlap.near > 0 { try note("overlap: \(overlap)") }
        } else {
            try map?.check(against: table.rows)
            let labeled = try LabeledRows(table, map: map)
            let split = try data.split.split(labeled.rows, of: table.path)
            try note("split: \(split.summary)")
            (training, validation) = labeled.sides(of: split)
            digests = [table.digest.hexadecimal]
        }
        labeling = try Labeling(
            training: training, validation: validation, given: try settings.labels.names.map(LabelSet.init),
            rareLimit: settings.labels.rareBelow)
        try note("labels: \(labeling.summary)")
    }
}
