import Text

extension Report {
    /// The report in GitHub Flavored Markdown. Pictures become tables of their numbers.
    public var markdown: String {
        var parts = ["# " + escapedMarkdown(title)]
        if let subtitle { parts.append(escapedMarkdown(subtitle)) }
        if let verdict {
            let lines = ["**\(verdict.outcome.word).** \(escapedMarkdown(verdict.sentence))"]
            parts.append((lines + verdict.reasons.map { "- " + escapedMarkdown($0) }).joined(separator: "\n\n"))
        }
        for section in sections {
            parts.append("## " + escapedMarkdown(section.title))
            parts += section.blocks.flatMap { markdown($0, depth: 3) }
        }
        if !provenance.isEmpty {
            parts.append("## Provenance")
            parts += markdown(.facts(provenance), depth: 3)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Returns the paragraphs of a block, with headings of the given depth.
    private func markdown(_ block: Block, depth: Int) -> [String] {
        switch block {
        case .paragraph(let text): return [escapedMarkdown(text)]
        case .note(let note): return ["> **\(note.kind.word):** \(escapedMarkdown(note.text))"]
        case .facts(let facts):
            return [facts.map { "- \(escapedMarkdown($0.name)): \(escapedMarkdown($0.value))" }.joined(separator: "\n")]
        case .table(let table): return ["*\(escapedMarkdown(table.caption))*", markdown(table)]
        case .picture(let picture):
            let heading = String(repeating: "#", count: depth) + " " + escapedMarkdown(picture.title)
            return [heading, escapedMarkdown(picture.description), markdown(picture.chart.numbers)]
        case .examples(let examples): return [markdown(examples, indentation: "").joined(separator: "\n")]
        case .folded(let summary, let blocks):
            let heading = String(repeating: "#", count: depth) + " " + escapedMarkdown(summary)
            return [heading] + blocks.flatMap { markdown($0, depth: min(depth + 1, 6)) }
        }
    }

    private func markdown(_ table: Table) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        var lines = [line(table.columns.map { escapedMarkdown($0.title) })]
        lines.append(line(table.columns.map { $0.isNumeric ? "---:" : "---" }))
        for row in table.rows {
            lines.append(
                line(row.cells.map { row.isEmphasized ? "**\(escapedMarkdown($0.text))**" : escapedMarkdown($0.text) }))
        }
        return lines.joined(separator: "\n")
    }

    private func markdown(_ examples: [Example], indentation: String) -> [String] {
        examples.flatMap { example in
            let lead = example.lead.map { "**\(escapedMarkdown($0))**" } ?? ""
            let details =
                example.details.isEmpty ? "" : " — " + example.details.map(escapedMarkdown).joined(separator: "; ")
            return ["\(indentation)- \(lead)\(escapedMarkdown(example.text))\(details)"]
                + markdown(example.related, indentation: indentation + "  ")
        }
    }
}

/// Escapes a text so that nothing in it is Markdown, HTML, a link or a mention. Nothing is escaped needlessly, since many people
/// read the source.
func escapedMarkdown(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    let scalars = Array(escapedForTerminal(text).unicodeScalars)
    // True while only spaces, or only digits, have come so far: `-`, `+`, `1.` and `1)` would begin lists.
    var (atStart, inNumber) = (true, true)
    for (index, scalar) in scalars.enumerated() {
        let isLink =
            switch scalar {
            case ":": index + 1 < scalars.count && scalars[index + 1] == "/"
            case ".": index >= 3 && scalars[index - 3..<index].allSatisfy { $0 == "w" || $0 == "W" }
            default: false
            }
        // `1. one` begins a list, `1.5` does not.
        let endsWord = index + 1 == scalars.count || scalars[index + 1] == " "
        let endsListNumber = inNumber && !atStart && endsWord
        switch scalar {
        case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "$": safe.append(contentsOf: ["\\", scalar])
        case "&": safe.append(contentsOf: "&amp;".unicodeScalars)
        case "<": safe.append(contentsOf: "&lt;".unicodeScalars)
        case ">": safe.append(contentsOf: "&gt;".unicodeScalars)
        case "@": safe.append(contentsOf: "&#64;".unicodeScalars)
        case ":" where isLink: safe.append(contentsOf: "&#58;".unicodeScalars)
        case "." where isLink || endsListNumber: safe.append(contentsOf: ["\\", scalar])
        case ")" where endsListNumber: safe.append(contentsOf: ["\\", scalar])
        case "-", "+", "=": safe.append(contentsOf: atStart ? ["\\", scalar] : [scalar])
        default: safe.append(scalar)
        }
        if scalar != " " { (atStart, inNumber) = (false, inNumber && ("0"..."9").contains(scalar)) }
    }
    return String(safe)
}
