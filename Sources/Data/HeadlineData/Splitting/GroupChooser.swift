import Randomness

/// Chooses the groups of duplicates that go to the validation side.
struct GroupChooser {
    let rows: [Headline]
    /// The rows of each group, ascending.
    let members: [[Int]]
    /// The share of rows that should be chosen, between 0 and 1.
    let fraction: Double

    /// Streams of the seeded generator, so that two methods with the same seed share no random numbers.
    private static let randomStream: UInt64 = 1
    private static let stratifiedStream: UInt64 = 2

    /// Groups in random order, each taken if it fits into what is still wanted.
    func chooseAtRandom(seed: UInt64) -> [Int] {
        var order = Array(members.indices)
        var generator = SplitMix64(seed: seed, stream: Self.randomStream)
        generator.shuffle(&order)
        let target = clamp(Int((fraction * Double(rows.count)).rounded()), below: rows.count)
        return fill(target, from: order, sparingOne: true)
    }

    /// The same within each category; a group belongs to the category that most of its rows have (of equals the first
    /// in the group).
    func chooseByCategory(seed: UInt64) throws(SplitError) -> [Int] {
        guard rows.contains(where: { $0.category != nil }) else {
            throw .noCategory
        }
        var strata: [[Int]] = []
        var places: [String?: Int] = [:]
        for group in members.indices {
            let category = mainCategory(of: members[group])
            if let place = places[category] {
                strata[place].append(group)
            } else {
                places[category] = strata.count
                strata.append([group])
            }
        }
        var generator = SplitMix64(seed: seed, stream: Self.stratifiedStream)
        let targets = apportion(strata.map(rowCount))
        var chosen: [Int] = []
        for (stratum, target) in zip(strata, targets) {
            var order = stratum
            generator.shuffle(&order)
            chosen += fill(target, from: order, sparingOne: true)
        }
        guard !chosen.isEmpty else {
            throw .smallCategories(count: strata.count, fraction: fraction)
        }
        return chosen
    }

    /// The newest groups, until the wanted number of dated rows is reached as nearly as whole groups allow.
    func chooseNewest() throws(SplitError) -> [Int] {
        let newest = members.map { group in group.compactMap { rows[$0].date }.max() }
        let dated = newest.indices.filter { newest[$0] != nil }
        guard !dated.isEmpty else {
            throw .noDate
        }
        // Newest first; of one day the later in the file first, as files are mostly written in order.
        let order = dated.sorted { a, b in
            guard let left = newest[a], let right = newest[b], left != right else { return a > b }
            return left > right
        }
        let datedRows = rows.count { $0.date != nil }
        let target = clamp(Int((fraction * Double(datedRows)).rounded()), below: rows.count)
        var chosen: [Int] = []
        var count = 0
        for group in order {
            // Only dated rows count toward the target, but undated members stay with their group.
            let size = members[group].count { rows[$0].date != nil }
            guard chosen.isEmpty || count + size - target <= target - count else { break }
            chosen.append(group)
            count += size
            if count >= target { break }
        }
        return chosen.count == members.count ? Array(chosen.dropLast()) : chosen
    }

    private func rowCount(_ groups: [Int]) -> Int { groups.reduce(0) { $0 + members[$1].count } }

    private func clamp(_ target: Int, below count: Int) -> Int { min(max(target, 1), count - 1) }

    /// Takes groups in the given order, leaving out those that would overshoot; if none fits, the smallest. With
    /// `sparingOne`, at least one group is left.
    private func fill(_ target: Int, from order: [Int], sparingOne: Bool) -> [Int] {
        guard target > 0, order.count > 1 || !sparingOne else { return [] }
        var chosen: [Int] = []
        var count = 0
        for group in order where count + members[group].count <= target {
            chosen.append(group)
            count += members[group].count
        }
        if chosen.isEmpty, let smallest = order.min(by: { members[$0].count < members[$1].count }) {
            chosen = [smallest]
        }
        if sparingOne, chosen.count == order.count { chosen.removeLast() }
        return chosen
    }

    private func mainCategory(of group: [Int]) -> String? {
        var counts: [(category: String?, count: Int)] = []
        for row in group {
            let category = rows[row].category
            if let place = counts.firstIndex(where: { $0.category == category }) {
                counts[place].count += 1
            } else {
                counts.append((category, 1))
            }
        }
        // `max` would return the last of equals.
        return counts.reduce((nil, 0)) { $1.count > $0.1 ? ($1.category, $1.count) : $0 }.0
    }

    /// The wanted number of rows of each stratum: the fraction of its size, rounded such that the sum is the fraction
    /// of all rows (largest remainders, of equals the earlier stratum first).
    private func apportion(_ sizes: [Int]) -> [Int] {
        let shares = sizes.map { fraction * Double($0) }
        var targets = shares.map { Int($0.rounded(.down)) }
        let total = clamp(Int((fraction * Double(rows.count)).rounded()), below: rows.count)
        let remainders = zip(shares, targets).map { $0 - Double($1) }
        let order = sizes.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
        for stratum in order.prefix(max(0, total - targets.reduce(0, +))) { targets[stratum] += 1 }
        return targets
    }
}
