/// A report as a value: its contents in order, independent of its look. `html`, `markdown` and `plainText` render it.
///
/// Every text may come from an untrusted file: all three forms escape it.
public struct Report: Sendable {
    /// The heading.
    public var title: String
    /// A line below the title.
    public var subtitle: String?
    /// The conclusion, shown above everything else.
    public var verdict: Verdict?
    /// The origin of the report: files, digests, settings, the command.
    public var provenance: [Fact]
    /// The sections in order.
    public var sections: [Section]

    /// Creates a report.
    public init(
        title: String, subtitle: String? = nil, verdict: Verdict? = nil, provenance: [Fact] = [],
        sections: [Section] = []
    ) {
        self.title = title
        self.subtitle = subtitle
        self.verdict = verdict
        self.provenance = provenance
        self.sections = sections
    }

    /// A part of a report with a heading of its own.
    public struct Section: Sendable {
        /// The heading.
        public var title: String
        /// The contents in order.
        public var blocks: [Block]

        /// Creates a section.
        public init(_ title: String, _ blocks: [Block] = []) {
            self.title = title
            self.blocks = blocks
        }
    }

    /// A name and its value, such as `seed` and `7`.
    public struct Fact: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// Creates a fact.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A building block of a section.
    public indirect enum Block: Sendable {
        /// Running text.
        case paragraph(String)
        /// A remark that stands out.
        case note(Note)
        /// Names and values.
        case facts([Fact])
        /// A table.
        case table(Table)
        /// A chart with its title and description.
        case picture(Picture)
        /// Headlines worth reading.
        case examples([Example])
        /// Long content under a line that opens it. `plainText` shows the line alone.
        case folded(summary: String, [Block])
    }
}

/// The conclusion of a report: a word, a sentence and its reasons.
public struct Verdict: Sendable, Hashable {
    /// The kind of news, shown by a sign and a word as well as by a color.
    public enum Outcome: String, Sendable, Hashable, Codable {
        /// Nothing stands in the way.
        case good
        /// Usable with care.
        case caution
        /// Not usable.
        case bad

        /// The word for the outcome.
        public var word: String {
            switch self {
            case .good: "Good"
            case .caution: "Caution"
            case .bad: "Problem"
            }
        }

        var sign: String {
            switch self {
            case .good: "✓"
            case .caution: "!"
            case .bad: "✗"
            }
        }
    }

    /// The kind of news.
    public var outcome: Outcome
    /// The conclusion in one sentence.
    public var sentence: String
    /// The reasons and the next steps, a line each.
    public var reasons: [String]

    /// Creates a verdict.
    public init(_ outcome: Outcome, _ sentence: String, reasons: [String] = []) {
        self.outcome = outcome
        self.sentence = sentence
        self.reasons = reasons
    }
}

/// A remark that stands out from the text.
public struct Note: Sendable, Hashable {
    /// The weight of a note.
    public enum Kind: String, Sendable, Hashable {
        /// Good to know.
        case information
        /// Something to check.
        case warning
        /// Something that is wrong.
        case problem

        var word: String {
            switch self {
            case .information: "Note"
            case .warning: "Warning"
            case .problem: "Problem"
            }
        }
    }

    /// The weight of the note.
    public var kind: Kind
    /// The text.
    public var text: String

    /// Creates a note.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A headline worth reading, with details.
public struct Example: Sendable, Hashable {
    /// A bold beginning, such as a prompt.
    public var lead: String?
    /// The headline, or the rest of it after `lead`.
    public var text: String
    /// Details such as its line, its label and its prediction.
    public var details: [String]
    /// Headlines that belong to this one, such as its duplicates.
    public var related: [Example]

    /// Creates an example.
    public init(lead: String? = nil, _ text: String, details: [String] = [], related: [Example] = []) {
        self.lead = lead
        self.text = text
        self.details = details
        self.related = related
    }
}
