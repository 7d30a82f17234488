/// A report as a value: what it says, in order, without a word on how it looks. `html`, `markdown` and `plainText` show it.
///
/// Every text may come from a file that nobody has checked: the three forms make it harmless.
public struct Report: Sendable {
    /// What the report is about, as its heading.
    public var title: String
    /// One line below the title.
    public var subtitle: String?
    /// What to conclude, above everything else.
    public var verdict: Verdict?
    /// What the report was made from: files, digests, settings, the command.
    public var provenance: [Fact]
    public var sections: [Section]

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
        public var title: String
        public var blocks: [Block]

        public init(_ title: String, _ blocks: [Block] = []) {
            self.title = title
            self.blocks = blocks
        }
    }

    /// A name and what it stands for, such as `seed` and `7`.
    public struct Fact: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One of the things that a section is made of.
    public indirect enum Block: Sendable {
        case paragraph(String)
        case note(Note)
        case facts([Fact])
        case table(Table)
        case figure(Figure)
        case examples([Example])
        /// Something long under a line that opens it. `plainText` shows the line alone.
        case folded(summary: String, [Block])
    }
}

/// What a report comes to, in a word, a sentence and its reasons.
public struct Verdict: Sendable, Hashable {
    /// How good the news is; shown by a sign and a word as well as by a colour.
    public enum Outcome: String, Sendable, Hashable, Codable {
        case good, caution, bad

        /// The word that stands for it.
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

    public var outcome: Outcome
    /// The conclusion in one sentence.
    public var sentence: String
    /// What it rests on, or what to do next, a line each.
    public var reasons: [String]

    public init(_ outcome: Outcome, _ sentence: String, reasons: [String] = []) {
        self.outcome = outcome
        self.sentence = sentence
        self.reasons = reasons
    }
}

/// A remark that stands out from the text.
public struct Note: Sendable, Hashable {
    /// How much it matters.
    public enum Kind: String, Sendable, Hashable {
        case information, warning, problem

        var word: String {
            switch self {
            case .information: "Note"
            case .warning: "Warning"
            case .problem: "Problem"
            }
        }
    }

    public var kind: Kind
    public var text: String

    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}

/// A headline worth reading, with what is known about it.
public struct Example: Sendable, Hashable {
    /// A beginning that was given, shown before the text and set apart from it, such as a prompt.
    public var lead: String?
    public var text: String
    /// What is known about it: where it stands, what was expected and found.
    public var details: [String]
    /// Other headlines that belong to this one, such as its duplicates.
    public var related: [Example]

    public init(lead: String? = nil, _ text: String, details: [String] = [], related: [Example] = []) {
        self.lead = lead
        self.text = text
        self.details = details
        self.related = related
    }
}
