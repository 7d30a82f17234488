import HeadlineData
import Text

/// Tokenizes one part of the headlines and notes the counts of that.
/// - Parameter part: `training` or `validation`, for the note and for errors.
func notingCounts(
    of part: String, _ note: (String) throws -> Void, _ tokenize: () throws -> TokenizedHeadlines
) throws -> TokenizedHeadlines {
    let headlines: TokenizedHeadlines
    do { headlines = try tokenize() } catch let error as FramingError {
        throw TrainingError.framing(part: part, problem: error)
    }
    try note("\(part): \(headlines.summary)")
    return headlines
}

/// Notes if a vocabulary leaves entries of a base model unused: harmless if the model's size was only rounded up, but a sign
/// of a vocabulary that belongs to another model.
func noteUnusedEntries(
    of base: String, _ vocabularySize: Int, _ modelSize: Int, _ note: (String) throws -> Void
) throws {
    guard vocabularySize < modelSize else { return }
    try note(
        "\(base): its vocabulary has \(grouped(vocabularySize)) entries and its model has room for "
            + "\(grouped(modelSize)); those in between are never read")
}
