/// One row of a headline file.
public struct Headline: Sendable, Hashable {
    /// One line of text, never empty: white space at both ends is removed and a line break inside, with the white space
    /// around it, has become one space. Everything else is as the file has it.
    public let text: String
    /// The category, if the file has one.
    public let category: String?
    /// The date, if the file has one that can be read.
    public let date: CalendarDate?
    /// The source, if the file has one.
    public let source: String?
    /// The line of the file on which the row begins, from 1.
    public let line: Int

    /// Makes a headline.
    public init(
        _ text: String, category: String? = nil, date: CalendarDate? = nil, source: String? = nil, line: Int = 0
    ) {
        self.text = text
        self.category = category
        self.date = date
        self.source = source
        self.line = line
    }
}
