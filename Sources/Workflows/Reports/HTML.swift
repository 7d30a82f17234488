extension Report {
    /// The report as one self-contained HTML page: styles and pictures are inline, and there are no scripts. Equal reports give
    /// equal bytes.
    public var html: String {
        var page = Markup()
        page.addOwn("<!doctype html>\n")
        page.element("html", ["lang": "en"]) { page in
            page.breakLine()
            page.element("head") { head(&$0) }
            page.breakLine()
            page.element("body") { body(&$0) }
        }
        page.breakLine()
        return page.text
    }

    private func head(_ page: inout Markup) {
        page.breakLine()
        page.empty("meta", ["charset": "utf-8"])
        // Whatever a text smuggles in, nothing is run and nothing is fetched.
        page.empty(
            "meta",
            [
                "http-equiv": "Content-Security-Policy",
                "content": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
            ])
        page.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.empty("meta", ["name": "color-scheme", "content": "light dark"])
        page.breakLine()
        page.element("title", text: title)
        page.breakLine()
        page.element("style") { $0.addOwn(styleSheet) }
        page.breakLine()
    }

    private func body(_ page: inout Markup) {
        page.breakLine()
        page.element("header") { page in
            page.element("h1") { $0.addForeign(title) }
            if let subtitle { page.element("p", ["class": "subtitle"]) { $0.addForeign(subtitle) } }
        }
        page.breakLine()
        page.element("main") { page in
            page.breakLine()
            if let verdict { show(verdict, on: &page) }
            if sections.count > 3 {
                page.element("nav", ["aria-label": "Sections"]) { page in
                    page.element("ul") { page in
                        for (index, section) in sections.enumerated() {
                            page.element("li") { page in
                                page.element("a", ["href": "#section-\(index + 1)"]) { $0.addForeign(section.title) }
                            }
                        }
                    }
                }
                page.breakLine()
            }
            var renderer = BlockRenderer()
            for (index, section) in sections.enumerated() {
                page.element("section", ["id": "section-\(index + 1)"]) { page in
                    page.element("h2") { $0.addForeign(section.title) }
                    page.breakLine()
                    renderer.show(section.blocks, on: &page)
                }
                page.breakLine()
            }
            if !provenance.isEmpty {
                page.element("section", ["id": "provenance"]) { page in
                    page.element("h2", text: "Provenance")
                    page.breakLine()
                    renderer.show([.facts(provenance)], on: &page)
                }
                page.breakLine()
            }
        }
        page.breakLine()
    }

    private func show(_ verdict: Verdict, on page: inout Markup) {
        page.element("section", ["class": "verdict \(verdict.outcome.rawValue)", "aria-label": "Verdict"]) { page in
            page.element("p", ["class": "conclusion"]) { page in
                page.element("span", ["class": "sign", "aria-hidden": "true"], text: verdict.outcome.sign)
                page.element("span") { page in
                    page.element("strong", text: verdict.outcome.word + ". ")
                    page.addForeign(verdict.sentence)
                }
            }
            guard !verdict.reasons.isEmpty else { return }
            page.element("ul") { page in
                for reason in verdict.reasons { page.element("li") { $0.addForeign(reason) } }
            }
        }
        page.breakLine()
    }
}

/// Renders the blocks of sections, and counts pictures to give their titles unique ids.
private struct BlockRenderer {
    private var pictures = 0

    mutating func show(_ blocks: [Report.Block], on page: inout Markup) {
        var rest = blocks[...]
        while let block = rest.first {
            // Consecutive pictures are placed side by side where there is room.
            let row = rest.prefix { if case .picture = $0 { true } else { false } }
            guard row.count > 1 else {
                show(block, on: &page)
                rest.removeFirst()
                continue
            }
            page.element("div", ["class": "row"]) { page in for block in row { show(block, on: &page) } }
            page.breakLine()
            rest = rest.dropFirst(row.count)
        }
    }

    private mutating func show(_ block: Report.Block, on page: inout Markup) {
        switch block {
        case .paragraph(let text): page.element("p") { $0.addForeign(text) }
        case .note(let note):
            page.element("p", ["class": "note \(note.kind.rawValue)"]) { page in
                page.element("strong", text: note.kind.word + ": ")
                page.addForeign(note.text)
            }
        case .facts(let facts): show(facts, on: &page)
        case .table(let table): show(table, on: &page)
        case .picture(let picture): show(picture, on: &page)
        case .examples(let examples): show(examples, on: &page)
        case .folded(let summary, let blocks):
            page.element("details") { page in
                page.element("summary") { $0.addForeign(summary) }
                show(blocks, on: &page)
            }
        }
        page.breakLine()
    }

    private func show(_ facts: [Report.Fact], on page: inout Markup) {
        page.element("dl") { page in
            for fact in facts {
                page.element("dt") { $0.addForeign(fact.name) }
                page.element("dd") { $0.addForeign(fact.value) }
            }
        }
    }

    private func show(_ table: Table, on page: inout Markup) {
        // Scrollable boxes must be reachable from the keyboard.
        page.element("div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": table.caption]) {
            page in
            page.element("table") { page in
                page.element("caption") { $0.addForeign(table.caption) }
                page.element("thead") { page in
                    page.element("tr") { page in
                        for column in table.columns {
                            // An empty corner is not a heading.
                            if column.title.isEmpty {
                                page.element("td") { _ in }
                            } else {
                                let style = column.isNumeric ? "r" : nil
                                page.element("th", ["scope": "col", "class": style]) { $0.addForeign(column.title) }
                            }
                        }
                    }
                }
                page.element("tbody") { page in
                    for row in table.rows { show(row, of: table, on: &page) }
                }
            }
        }
    }

    private func show(_ row: Table.Row, of table: Table, on page: inout Markup) {
        page.element("tr", ["class": row.isEmphasized ? "own" : nil]) { page in
            for (index, cell) in row.cells.enumerated() {
                let style = table.columns[index].isNumeric ? "r" : nil
                if index == 0 {
                    page.element("th", ["scope": "row", "class": style]) { $0.addForeign(cell.text) }
                } else {
                    page.element("td", ["class": style]) { $0.addForeign(cell.text) }
                }
            }
        }
    }

    private func show(_ examples: [Example], on page: inout Markup) {
        page.element("ul", ["class": "examples"]) { page in
            for example in examples {
                page.element("li") { page in
                    page.element("span", ["class": "headline"]) { page in
                        if let lead = example.lead { page.element("b") { $0.addForeign(lead) } }
                        page.addForeign(example.text)
                    }
                    for detail in example.details {
                        page.element("span", ["class": "detail"]) { $0.addForeign(detail) }
                    }
                    if !example.related.isEmpty { show(example.related, on: &page) }
                }
            }
        }
    }

    private mutating func show(_ picture: Picture, on page: inout Markup) {
        pictures += 1
        let (title, description) = ("picture-\(pictures)-title", "picture-\(pictures)-description")
        let drawing = picture.chart.drawing()
        let size = (coordinate(drawing.width), coordinate(drawing.height))
        page.element("figure", ["class": drawing.isWide ? "wide" : nil]) { page in
            page.element("figcaption") { $0.addForeign(picture.title) }
            let attributes: Markup.Attributes =
                drawing.isWide
                ? ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": picture.title] : [:]
            page.element("div", attributes) { page in
                page.element(
                    "svg",
                    [
                        "viewBox": "0 0 \(size.0) \(size.1)", "width": size.0, "height": size.1, "role": "img",
                        "aria-labelledby": "\(title) \(description)",
                    ]
                ) { page in
                    page.element("title", ["id": title], text: picture.title)
                    page.element("desc", ["id": description], text: picture.description)
                    page.add(drawing.content)
                }
            }
            page.element("p") { $0.addForeign(picture.description) }
            page.element("details") { page in
                page.element("summary", text: "Show the numbers")
                show(picture.chart.numbers, on: &page)
            }
        }
    }
}
