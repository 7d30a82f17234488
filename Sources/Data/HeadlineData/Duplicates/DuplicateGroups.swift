/// The groups of headlines that are the same or nearly the same.
///
/// *Exact* duplicates have the same normal form: letters and digits in lower case, nothing else. *Near* duplicates have
/// normal forms whose sets of character trigrams have a Jaccard similarity of at least 0.8: about one changed, added or
/// missing short word in a headline of average length. Groups are closed under chains: if A is near B and B is near C,
/// all three are one group. The result depends on the texts and their order only.
public struct DuplicateGroups: Sendable, Hashable {
    /// For each text the number of its group of exact duplicates; groups are numbered by first appearance.
    public let exactGroups: [Int32]
    /// For each text the number of its group of exact and near duplicates; groups are numbered by first appearance.
    public let groups: [Int32]
    /// The number of groups in `exactGroups`: different normal forms.
    public let exactGroupCount: Int
    /// The number of groups in `groups`.
    public let groupCount: Int

    /// Takes one to two seconds for 65,000 headlines of average length on one core.
    public init(of texts: [String]) {
        var numbers: [[UInt32]: Int32] = [:]
        var forms: [[UInt32]] = []
        exactGroups = texts.map { text in
            let form = normalForm(of: text)
            if let number = numbers[form] { return number }
            let number = Int32(forms.count)
            numbers[form] = number
            forms.append(form)
            return number
        }
        exactGroupCount = forms.count
        var sets = DisjointSets(count: forms.count)
        SimilarityJoin.join(GramSets(of: forms), in: &sets)
        // A root is the smallest member, which has its number by the time the others ask for it.
        var nearGroups = [Int32](repeating: 0, count: forms.count)
        var count: Int32 = 0
        for form in forms.indices {
            let root = sets.root(of: form)
            if root == form {
                nearGroups[form] = count
                count += 1
            } else {
                nearGroups[form] = nearGroups[root]
            }
        }
        groups = exactGroups.map { nearGroups[Int($0)] }
        groupCount = Int(count)
    }

    /// The number of texts.
    public var count: Int { groups.count }
    /// Texts that repeat an earlier one exactly.
    public var exactDuplicates: Int { count - exactGroupCount }
    /// Different texts that belong to the group of an earlier one: the near-duplicates besides the exact ones.
    public var nearDuplicates: Int { exactGroupCount - groupCount }

    /// The members of each group, ascending.
    public func members() -> [[Int]] {
        var members = [[Int]](repeating: [], count: groupCount)
        for (text, group) in groups.enumerated() { members[Int(group)].append(text) }
        return members
    }

    /// The number of members of the largest group.
    public var largestGroup: Int {
        var sizes = [Int](repeating: 0, count: groupCount)
        for group in groups { sizes[Int(group)] += 1 }
        return sizes.max() ?? 0
    }
}

/// The number of headlines of one file that are in another too.
public struct Overlap: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Headlines of the validation file whose normal form is in the training file.
    public let exact: Int
    /// Further ones that are near-duplicates of a training headline, directly or through a chain.
    public let near: Int
    /// All headlines of the validation file.
    public let validationCount: Int

    /// Compares two files.
    public init(training: [String], validation: [String]) {
        let groups = DuplicateGroups(of: training + validation)
        self.init(groups, training: 0..<training.count, validation: training.count..<groups.count)
    }

    /// The same for texts that have been grouped, those of each file in a range of their own; a chain may run through texts of
    /// neither.
    public init(_ groups: DuplicateGroups, training: Range<Int>, validation: Range<Int>) {
        let exactInTraining = Set(groups.exactGroups[training])
        let nearInTraining = Set(groups.groups[training])
        var (exact, near) = (0, 0)
        for row in validation {
            if exactInTraining.contains(groups.exactGroups[row]) {
                exact += 1
            } else if nearInTraining.contains(groups.groups[row]) {
                near += 1
            }
        }
        (self.exact, self.near, validationCount) = (exact, near, validation.count)
    }

    /// One line for a person.
    public var description: String {
        exact + near == 0
            ? "no validation headline is in the training file, not even nearly"
            : "of \(validationCount) validation headlines \(exact) are in the training file and \(near) more are near"
                + " duplicates of one there; they flatter the validation figures"
    }
}
