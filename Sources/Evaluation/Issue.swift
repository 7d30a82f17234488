/// Something that is wrong with a model or its data, with what it would bring to put it right.
struct Issue: Sendable {
    /// What is wrong, in a sentence.
    let sentence: String
    /// What to do about it, as a sentence.
    let advice: String
    /// What it costs at most, to put the gravest first; in the units of the figure that judges the kind of model.
    let cost: Double
    /// Whether it alone is a reason not to ship.
    var isGrave = false
}

extension [Issue] {
    /// The gravest first.
    var byWeight: [Issue] {
        enumerated().sorted { a, b in
            if a.element.isGrave != b.element.isGrave { return a.element.isGrave }
            return a.element.cost != b.element.cost ? a.element.cost > b.element.cost : a.offset < b.offset
        }.map(\.element)
    }
}
