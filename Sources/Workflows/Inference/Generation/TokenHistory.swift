/// The tokens of a prompt and of the completion that follows it. Which ones have occurred is kept up to date as tokens come.
package struct TokenHistory {
    /// All tokens, those of the prompt first.
    private(set) var tokens: [Int32]
    private let promptCount: Int
    /// Each token of the prompt once.
    private let promptSet: Set<Int32>
    private let promptDistinct: [Int32]
    /// Each token of the completion once, in the order of their first occurrence.
    private(set) var distinct: [Int32] = []
    private var isInCompletion: Set<Int32> = []

    /// Creates the history of a prompt and a completion.
    package init(prompt: [Int32], completion: [Int32] = []) {
        tokens = prompt
        promptCount = prompt.count
        promptSet = Set(prompt)
        promptDistinct = Array(promptSet)
        for token in completion { append(token) }
    }

    /// The tokens of the completion.
    var completion: ArraySlice<Int32> { tokens[promptCount...] }

    /// Adds a token to the completion.
    mutating func append(_ token: Int32) {
        tokens.append(token)
        if isInCompletion.insert(token).inserted { distinct.append(token) }
    }

    /// Calls `body` once for each token that has occurred anywhere.
    func forEachOccurred(_ body: (Int32) -> Void) {
        for token in promptDistinct { body(token) }
        for token in distinct where !promptSet.contains(token) { body(token) }
    }
}
