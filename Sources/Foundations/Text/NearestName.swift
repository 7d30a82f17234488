/// Returns the one of `names` that a user who typed `name` most likely meant, or `nil` if none is near.
///
/// A name is near if the Damerau–Levenshtein distance (insertions, deletions, substitutions, swaps of adjacent characters;
/// Damerau, CACM 7(3), 1964, restricted form) is at most 3 and at most a third of the typed length. The comparison ignores case
/// and the separators `_` and `-`. Of equally near names it returns the first.
public func nearestName(to name: String, among names: some Sequence<String>) -> String? {
    let typed = comparableScalars(name)
    let allowed = min(3, max(1, typed.count / 3))
    var best: (name: String, distance: Int)?
    for candidate in names {
        let distance = editDistance(typed, comparableScalars(candidate), limit: allowed)
        if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Returns `; did you mean "learningRate"?` as the end of a sentence about an unknown name, or nothing if no name is near.
public func suggestion(for name: String, among names: some Sequence<String>) -> String {
    nearestName(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
}

private func comparableScalars(_ name: String) -> [UnicodeScalar] {
    name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" }
}

/// Returns the distance of two words, or any number above `limit` if it exceeds that.
private func editDistance(_ a: [UnicodeScalar], _ b: [UnicodeScalar], limit: Int) -> Int {
    if abs(a.count - b.count) > limit { return limit + 1 }
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 1...a.count {
        var current = [i] + [Int](repeating: 0, count: b.count)
        for j in 1...b.count {
            let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            current[j] = min(substitution, previous[j] + 1, current[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                current[j] = min(current[j], beforePrevious[j - 2] + 1)
            }
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
}
