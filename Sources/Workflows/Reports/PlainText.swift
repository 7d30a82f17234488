import Text

extension Report {
    /// The report for a terminal: the verdict, paragraphs, notes, tables and histograms. Other pictures and folded content are
    /// left out.
    public var plainText: String {
        var parts = [escapedForTerminal(title) + (subtitle.map { "\n" + escapedForTerminal($0) } ?? "")]
        if let verdict {
            let lines = verdict.reasons.map { "  - " + escapedForTerminal($0) }
            parts.append(
                (["\(verdict.outcome.word.uppercased()). \(escapedForTerminal(verdict.sentence))"] + lines).joined(
                    separator: "\n"))
        }
        for section in sections {
            parts.append(escapedForTerminal(section.title).uppercased())
            parts += section.blocks.compactMap(plainText)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func plainText(_ block: Block) -> String? {
        switch block {
        case .paragraph(let text): return escapedForTerminal(text)
        case .note(let note): return "\(note.kind.word.lowercased()): \(escapedForTerminal(note.text))"
        case .facts(let facts):
            let width = facts.map(\.name.count).max() ?? 0
            return facts.map { fact in
                let space = String(repeating: " ", count: width - fact.name.count + 2)
                return escapedForTerminal(fact.name) + space + escapedForTerminal(fact.value)
            }.joined(separator: "\n")
        case .table(let table):
            var text = TextTable(table.columns.map { ($0.title, $0.alignment) })
            for row in table.rows { text.add(row.cells.map(\.text)) }
            return text.description
        case .picture(let picture):
            guard let histogram = picture.chart as? Histogram else { return nil }
            return escapedForTerminal(picture.title) + "\n" + histogram.plainText
        case .examples(let examples): return lines(examples, indentation: "  ").joined(separator: "\n")
        case .folded(let summary, _): return "(\(escapedForTerminal(summary)): in the full report)"
        }
    }

    private func lines(_ examples: [Example], indentation: String) -> [String] {
        examples.flatMap { example in
            let details =
                example.details.isEmpty ? "" : "  [\(example.details.map(escapedForTerminal).joined(separator: "; "))]"
            return [indentation + escapedForTerminal((example.lead ?? "") + example.text) + details]
                + lines(example.related, indentation: indentation + "  ")
        }
    }
}
