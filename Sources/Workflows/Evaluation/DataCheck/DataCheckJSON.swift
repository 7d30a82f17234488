import Files
package import HeadlineData
package import JSON

extension DataCheck {
    /// Returns the check as JSON; docs/reports.md lists the members. Members may be added within a version of the schema; none
    /// is renamed or removed.
    package func json(command: String) -> JSONValue {
        .object([
            ("schema", "headlinekit.data-check/1"),
            ("command", .string(command)),
            ("failsStrict", .boolean(fails)),
            ("findings", .array(findings.map(\.json))),
            ("files", .array(files.map(\.json))),
            ("leakage", .array(leakage.map { $0.json(files) })),
            ("labels", labels?.json(files) ?? .null),
            (
                "conflicts",
                .object([
                    ("count", .integer(conflicts.count)),
                    ("examples", .array(conflicts.prefix(DataCheck.maximumExamples).map { $0.json(files) })),
                ])
            ),
        ])
    }
}

extension Finding {
    fileprivate var json: JSONValue {
        .object([
            ("kind", .string(kind.rawValue)), ("isStrict", .boolean(kind.isStrict)),
            ("file", file.map { .string($0) } ?? .null), ("count", .integer(count)),
            ("sentence", .string(sentence)), ("advice", .string(advice)),
        ])
    }
}

extension Headline {
    fileprivate var json: JSONValue { .object([("headline", .string(text)), ("line", .integer(line))]) }
}

extension CheckedFile {
    fileprivate var json: JSONValue {
        .object([
            ("path", .string(path)), ("name", .string(name)), ("sha256", .string(digest.hexadecimal)),
            ("bytes", .integer(byteCount)),
            ("encoding", encoding.json),
            ("columns", columns),
            ("rows", .integer(summary.rowsRead)), ("kept", .integer(summary.kept)),
            ("emptyHeadlines", .integer(summary.emptyHeadlines)), ("blankLines", .integer(summary.blankLines)),
            ("joinedLines", .integer(summary.joinedLines)), ("trimmedHeadlines", .integer(summary.trimmedHeadlines)),
            ("duplicates", duplicates.json), ("lengths", lengths.json), ("dates", dates.json),
            (
                "damage",
                .array(
                    damage.map { damage in
                        .object([
                            ("kind", .string(damage.kind.rawValue)), ("count", .integer(damage.count)),
                            ("examples", .array(damage.examples.map(\.json))),
                        ])
                    })
            ),
        ])
    }

    private var columns: JSONValue {
        .object(ColumnNames.Role.allCases.map { ($0.rawValue, summary.columns[$0].map { .string($0) } ?? .null) })
    }
}

extension EncodingProfile {
    fileprivate var json: JSONValue {
        .object([
            ("isCompressed", .boolean(isCompressed)), ("hasByteOrderMark", .boolean(hasByteOrderMark)),
            ("isASCII", .boolean(isASCII)), ("lineFeeds", .integer(lineFeeds)),
            ("carriageReturnLineFeeds", .integer(pairs)), ("carriageReturns", .integer(carriageReturns)),
        ])
    }
}

extension DuplicateProfile {
    fileprivate var json: JSONValue {
        .object([
            ("exact", .integer(exact)), ("near", .integer(near)),
            (
                "groups",
                .array(
                    examples.map { group in
                        .object([("rows", .integer(group.count)), ("examples", .array(group.rows.map(\.json)))])
                    })
            ),
        ])
    }
}

extension LengthProfile {
    fileprivate var json: JSONValue {
        .object([
            ("unit", .string(unit)), ("limit", .integer(limit)), ("overlong", .integer(overlong)),
            ("shortest", .integer(shortest)), ("mean", .number(mean)), ("median", .integer(quantile(0.5))),
            ("percentile95", .integer(quantile(0.95))), ("percentile99", .integer(quantile(0.99))),
            ("longest", .integer(longest)), ("counts", .array(counts.map { .integer($0) })),
            (
                "examples",
                .array(
                    examples.map { example in
                        .object([
                            ("headline", .string(example.text)), ("line", .integer(example.line)),
                            ("length", .integer(example.length)),
                        ])
                    })
            ),
        ])
    }
}

extension DateProfile {
    fileprivate var json: JSONValue {
        .object([
            ("first", first.map { .string($0.description) } ?? .null),
            ("last", last.map { .string($0.description) } ?? .null),
            ("missing", .integer(missing)), ("unreadable", .integer(unreadable)),
            (
                "months",
                .array(
                    months.map { month in
                        .object([
                            ("year", .integer(month.year)), ("month", .integer(month.month)),
                            ("count", .integer(month.count)),
                        ])
                    })
            ),
        ])
    }
}

extension Leakage {
    fileprivate func json(_ files: [CheckedFile]) -> JSONValue {
        .object([
            ("earlier", .string(files[earlier].name)), ("later", .string(files[later].name)),
            ("exact", .integer(overlap.exact)), ("near", .integer(overlap.near)),
            ("of", .integer(overlap.validationCount)),
            (
                "examples",
                .array(
                    examples.map { pair in
                        .object([
                            ("isExact", .boolean(pair.isExact)), ("earlier", pair.earlier.json),
                            ("later", pair.later.json),
                        ])
                    })
            ),
        ])
    }
}

extension LabelProfile {
    fileprivate func json(_ files: [CheckedFile]) -> JSONValue {
        .object([
            ("count", .integer(labels.count)), ("imbalance", .number(imbalance)),
            ("effectiveCount", .number(effectiveCount)),
            ("unlabelled", .array(unlabeled.map { .integer($0) })),
            (
                "labels",
                .array(
                    labels.map { label in
                        .object([("name", .string(label.name)), ("counts", .array(label.counts.map { .integer($0) }))])
                    })
            ),
            ("rare", .array(rare.map { .string($0.name) })),
            ("unknown", .array(unknown.map { .string($0.name) })),
            (
                "lookalikes",
                .array(
                    lookalikes.map { pair in
                        .object([
                            ("first", .string(pair.first)), ("second", .string(pair.second)),
                            ("reason", .string(pair.reason.rawValue)),
                        ])
                    })
            ),
        ])
    }
}

extension LabelConflict {
    fileprivate func json(_ files: [CheckedFile]) -> JSONValue {
        .array(
            rows.map { row in
                .object([
                    ("file", .string(files[row.file].name)), ("headline", .string(row.headline.text)),
                    ("line", .integer(row.headline.line)),
                    ("label", row.headline.category.map { .string($0) } ?? .null),
                    ("rows", .integer(row.count)),
                ])
            })
    }
}
