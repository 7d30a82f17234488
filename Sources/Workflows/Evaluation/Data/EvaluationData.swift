import Files
public import HeadlineData
import JSON
import Text

/// The headlines that a model is evaluated on, the training headlines of it and its baselines where they are known, and the
/// overlap of the two.
public struct EvaluationData: Sendable {
    /// The origin of headlines.
    public struct Source: Sendable, Hashable {
        /// The path of the file.
        public let path: String
        /// SHA-256 of the file.
        public let digest: String
        /// The counts from reading the file, and the part of it that is used.
        public let note: String

        var json: JSONValue {
            .object([("path", .string(path)), ("sha256", .string(digest)), ("note", .string(note))])
        }
    }

    /// The part of a file that is kept from training, chosen as training chooses it.
    public struct HeldOut: Sendable, Hashable, CustomStringConvertible {
        /// The method of the split.
        public let method: SplitMethod
        /// The share of rows that is held out.
        public let fraction: Double
        /// The seed of the split.
        public let seed: UInt64

        /// Reads `method:fraction:seed`, such as `stratified:0.2:1`.
        /// - Throws: `EvaluationError` for another form.
        public init(_ text: String) throws(EvaluationError) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let method = SplitMethod(rawValue: parts[0]), let fraction = Double(parts[1]),
                fraction > 0, fraction < 1, let seed = UInt64(parts[2])
            else {
                throw .invalidHeldOut(text, methods: SplitMethod.allCases.map(\.rawValue))
            }
            (self.method, self.fraction, self.seed) = (method, fraction, seed)
        }

        /// Creates the description of a part.
        public init(method: SplitMethod, fraction: Double, seed: UInt64) {
            (self.method, self.fraction, self.seed) = (method, fraction, seed)
        }

        /// The form `method:fraction:seed`.
        public var description: String { "\(method.rawValue):\(fraction):\(seed)" }

        /// True if both hold out the same part; the newest rows are the same with any seed.
        func isSame(as other: HeldOut) -> Bool {
            method == other.method && fraction == other.fraction && (method == .temporal || seed == other.seed)
        }
    }

    /// The largest share of evaluated headlines that may be copies or near-duplicates of training headlines by default.
    public static let defaultLeakage = 0.02

    /// The headlines to evaluate on, never empty.
    public let headlines: [Headline]
    /// The origin of the evaluated headlines.
    public let source: Source
    /// The training headlines; empty if no training file is known.
    public let training: [Headline]
    /// The origin of the training headlines; `nil` if no training file is known.
    public let trainingSource: Source?
    /// The overlap of both; `nil` without a training file.
    public let leakage: Leakage?
    /// The number of rows without a label that were left out of the evaluated headlines.
    public let unlabeled: Int
    /// The number of rows without a label that were left out of the training headlines.
    public let unlabeledTraining: Int
    /// True if every headline must have a label.
    public let isLabeled: Bool
    /// The remarks of the models' training runs on these headlines.
    public let remarks: [RunRecord.Remark]

    /// The files to read, and how.
    public struct Request: Sendable {
        /// The path of the file to evaluate on.
        public var data: String
        /// The path of the training file; excludes `heldOut`.
        public var training: String?
        /// The part of `data` to evaluate on; the rest is the training data.
        public var heldOut: HeldOut?
        /// The format of the files; `nil` to detect it.
        public var format: HeadlineFormat?
        /// The names of the columns.
        public var columns = ColumnNames()
        /// New names for categories.
        public var map: LabelMap?
        /// The runs that trained the models.
        public var runs: [RunRecord] = []
        /// True to leave out rows without a label and to refuse files without labels.
        public var isLabeled: Bool
        /// The largest share of leakage that is accepted.
        public var allowedLeakage = EvaluationData.defaultLeakage

        /// Creates a request for one file.
        public init(data: String, isLabeled: Bool) { (self.data, self.isLabeled) = (data, isLabeled) }
    }

    /// Reads the files.
    /// - Throws: `EvaluationError` if more of the evaluation file appears in the training file than is allowed; `FileError`,
    ///   `LabelError` and `SplitError` for unusable files.
    public init(_ request: Request) throws {
        guard request.training == nil || request.heldOut == nil else {
            throw EvaluationError.trainingFileAndHeldOut
        }
        let (rows, source) = try Self.read(request.data, request)
        isLabeled = request.isLabeled
        unlabeled = source.unlabeled
        if let heldOut = request.heldOut {
            let split = try Split(of: rows, method: heldOut.method, fraction: heldOut.fraction, seed: heldOut.seed)
            headlines = Self.renamed(split.validation.map { rows[$0] }, request)
            training = split.training.map { rows[$0] }
            unlabeledTraining = 0
            let note = "\(source.source.note); held out by \(heldOut)"
            self.source = Source(path: request.data, digest: source.source.digest, note: note)
            trainingSource = Source(path: request.data, digest: source.source.digest, note: "the rest of the same file")
        } else {
            headlines = Self.renamed(rows, request)
            self.source = source.source
            let read = try request.training.map { try Self.read($0, request) }
            training = read?.rows ?? []
            unlabeledTraining = read?.source.unlabeled ?? 0
            trainingSource = read?.source.source
        }
        remarks = request.runs.compactMap { $0.remark(on: source.source, heldOut: request.heldOut) }
        leakage = training.isEmpty ? nil : Self.leakage(training, headlines)
        if let leakage, leakage.share > request.allowedLeakage {
            throw EvaluationError.leakage(
                path: request.data, training: trainingSource?.path ?? "the training file", exact: leakage.overlap.exact,
                near: leakage.overlap.near, of: leakage.overlap.validationCount, share: leakage.share,
                allowed: request.allowedLeakage)
        }
    }

    private static func read(
        _ path: String, _ request: Request
    ) throws -> (rows: [Headline], source: (source: Source, unlabeled: Int)) {
        let table = try HeadlineTable(readingFrom: path, format: request.format, columns: request.columns)
        let source = Source(path: path, digest: table.digest.hexadecimal, note: table.summary.description)
        guard request.isLabeled else { return (table.rows, (source, 0)) }
        let labeled = try LabeledRows(table, map: request.map)
        return (labeled.rows, (source, labeled.unlabeled))
    }

    /// Gives rows the categories of the map. Labeled rows have them already. Other rows need them only for slices, and get them
    /// after the split, so that the held-out part is the one that training, which has no map there, held out.
    private static func renamed(_ rows: [Headline], _ request: Request) -> [Headline] {
        guard !request.isLabeled, let map = request.map else { return rows }
        return rows.map { row in
            Headline(
                row.text, category: row.category.map { map($0) }, date: row.date, source: row.source, line: row.line)
        }
    }

    private static func leakage(_ training: [Headline], _ headlines: [Headline]) -> Leakage {
        let rows = training + headlines
        return Leakage(
            earlier: 0, later: 1, rows: rows, DuplicateGroups(of: rows.map(\.text)), 0..<training.count,
            training.count..<rows.count)
    }

    /// The texts of the headlines.
    public var texts: [String] { headlines.map(\.text) }

    var json: JSONValue {
        .object([
            ("evaluated", source.json), ("headlines", .integer(headlines.count)), ("unlabelled", .integer(unlabeled)),
            ("training", trainingSource?.json ?? .null), ("trainingHeadlines", .integer(training.count)),
            ("unlabelledTraining", .integer(unlabeledTraining)),
            (
                "remarks",
                .array(
                    remarks.map { .object([("text", .string($0.text)), ("isWarning", .boolean($0.isWarning))]) })
            ),
            (
                "overlap",
                leakage.map { leakage in
                    .object([
                        ("exact", .integer(leakage.overlap.exact)), ("near", .integer(leakage.overlap.near)),
                        ("of", .integer(leakage.overlap.validationCount)), ("share", .number(leakage.share)),
                    ])
                } ?? .null
            ),
        ])
    }
}
