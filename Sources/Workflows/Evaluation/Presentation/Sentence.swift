extension String {
    /// The text with its first letter in upper case, as the beginning of a sentence.
    var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() }
}
