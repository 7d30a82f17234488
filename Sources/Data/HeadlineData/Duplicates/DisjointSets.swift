/// Groups that grow by merging (union by smaller root with path halving; Tarjan and van Leeuwen, 1984).
struct DisjointSets {
    private var parents: [Int32]

    /// `count` elements, each alone.
    init(count: Int) { parents = Array(0..<Int32(count)) }

    /// The smallest element of the group.
    mutating func root(of element: Int) -> Int {
        var element = Int32(element)
        while parents[Int(element)] != element {
            parents[Int(element)] = parents[Int(parents[Int(element)])]
            element = parents[Int(element)]
        }
        return Int(element)
    }

    mutating func areJoined(_ a: Int, _ b: Int) -> Bool { root(of: a) == root(of: b) }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (root(of: a), root(of: b))
        parents[max(a, b)] = Int32(min(a, b))
    }
}
