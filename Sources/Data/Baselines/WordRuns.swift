/// Returns the longest runs of scalars that satisfy a predicate, in the order of the text.
func runs(in text: String, of isPart: (Unicode.Scalar) -> Bool) -> [String] {
    var runs: [String] = []
    var run = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isPart(scalar) {
            run.append(scalar)
        } else if !run.isEmpty {
            runs.append(String(run))
            run = String.UnicodeScalarView()
        }
    }
    if !run.isEmpty { runs.append(String(run)) }
    return runs
}
