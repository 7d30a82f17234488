import Files
public import HeadlineData
import JSON
import Text

/// The headlines that a model is judged on, those that it and its baselines learned from where they are known, and what the
/// two have in common.
public struct EvaluationData: Sendable {
    /// Where headlines come from.
    public struct Source: Sendable, Hashable {
        public let path: String
        /// SHA-256 of the file.
        public let digest: String
        /// What was found while the file was read, and which part of it this is.
        public let note: String

        var json: JSONValue {
            .object([("path", .string(path)), ("sha256", .string(digest)), ("note", .string(note))])
        }
    }

    /// A part of one file that is kept from training, chosen as training does.
    public struct HeldOut: Sendable, Hashable, CustomStringConvertible {
        public let method: SplitMethod
        public let fraction: Double
        public let seed: UInt64

        /// Reads `method:fraction:seed`, such as `stratified:0.2:1`.
        /// - Throws: `EvaluationError` for another form.
        public init(_ text: String) throws(EvaluationError) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let method = SplitMethod(rawValue: parts[0]), let fraction = Double(parts[1]),
                fraction > 0, fraction < 1, let seed = UInt64(parts[2])
            else {
                let methods = SplitMethod.allCases.map(\.rawValue).joined(separator: ", ")
                throw EvaluationError(
                    "--held-out \(text): expected METHOD:FRACTION:SEED as data.split of the run has them, such as"
                        + " stratified:0.2:1; methods are \(methods)", .invalidRequest)
            }
            (self.method, self.fraction, self.seed) = (method, fraction, seed)
        }

        public init(method: SplitMethod, fraction: Double, seed: UInt64) {
            (self.method, self.fraction, self.seed) = (method, fraction, seed)
        }

        public var description: String { "\(method.rawValue):\(fraction):\(seed)" }

        /// Whether both hold out the same part; the newest rows are the same whatever the seed.
        func isSame(as other: HeldOut) -> Bool {
            method == other.method && fraction == other.fraction && (method == .temporal || seed == other.seed)
        }
    }

    /// The share of the evaluation file that may stand in the training file, exactly or nearly, unless more is allowed.
    public static let defaultLeakage = 0.02

    /// To be judged on, never empty.
    public let headlines: [Headline]
    public let source: Source
    /// To learn from; empty when no training file is known.
    public let training: [Headline]
    public let trainingSource: Source?
    /// What stands in both; `nil` without a training file.
    public let leakage: Leakage?
    /// Rows without a label that were left out, of the evaluated file and of the training file.
    public let unlabeled: Int
    public let unlabelledTraining: Int
    /// Whether rows must have labels.
    public let isLabelled: Bool
    /// What the runs of the models say about these headlines.
    public let remarks: [RunRecord.Remark]

    /// What is read.
    public struct Request: Sendable {
        public var data: String
        public var training: String?
        public var heldOut: HeldOut?
        public var format: HeadlineFormat?
        public var columns = ColumnNames()
        /// New names of categories.
        public var map: LabelMap?
        /// The runs that trained the models.
        public var runs: [RunRecord] = []
        /// Whether rows without a label are left out and files without labels refused.
        public var isLabelled: Bool
        /// The largest share of leakage.
        public var allowedLeakage = EvaluationData.defaultLeakage

        public init(data: String, isLabelled: Bool) { (self.data, self.isLabelled) = (data, isLabelled) }
    }

    /// Reads the files.
    /// - Throws: `EvaluationError` when more of the evaluation file stands in the training file than is allowed; `FileError`,
    ///   `LabelError` and `SplitError` for unusable files.
    public init(_ request: Request) throws {
        guard request.training == nil || request.heldOut == nil else {
            throw EvaluationError(
                "--train and --held-out are both there, expected one: with --held-out the rest of --data is what was"
                    + " trained on", .invalidRequest)
        }
        let (rows, source) = try Self.read(request.data, request)
        isLabelled = request.isLabelled
        unlabeled = source.unlabeled
        if let heldOut = request.heldOut {
            let split = try Split(of: rows, method: heldOut.method, fraction: heldOut.fraction, seed: heldOut.seed)
            headlines = Self.renamed(split.validation.map { rows[$0] }, request)
            training = split.training.map { rows[$0] }
            unlabelledTraining = 0
            let note = "\(source.source.note); held out by \(heldOut)"
            self.source = Source(path: request.data, digest: source.source.digest, note: note)
            trainingSource = Source(path: request.data, digest: source.source.digest, note: "the rest of the same file")
        } else {
            headlines = Self.renamed(rows, request)
            self.source = source.source
            let read = try request.training.map { try Self.read($0, request) }
            training = read?.rows ?? []
            unlabelledTraining = read?.source.unlabeled ?? 0
            trainingSource = read?.source.source
        }
        remarks = request.runs.compactMap { $0.remark(on: source.source, heldOut: request.heldOut) }
        leakage = training.isEmpty ? nil : Self.leakage(training, headlines)
        if let leakage, leakage.share > request.allowedLeakage {
            throw EvaluationError(
                "\(request.data): \(leakage.overlap.exact) of its \(NumberText.headlines(leakage.overlap.validationCount)) stand in"
                    + " \(trainingSource?.path ?? "the training file") and \(leakage.overlap.near) more nearly"
                    + " (\(NumberText.percent(leakage.share, 2)), more than \(NumberText.percent(request.allowedLeakage, 2))), so figures"
                    + " would flatter; remove them, or allow them by --allow-leakage \(Self.nextHundredth(leakage.share))",
                .invalidInput)
        }
    }

    private static func nextHundredth(_ share: Double) -> Double { (share * 100).rounded(.up) / 100 }

    private static func read(
        _ path: String, _ request: Request
    ) throws -> (rows: [Headline], source: (source: Source, unlabeled: Int)) {
        let table = try HeadlineTable(readingFrom: path, format: request.format, columns: request.columns)
        let source = Source(path: path, digest: table.digest.hexadecimal, note: table.summary.description)
        guard request.isLabelled else { return (table.rows, (source, 0)) }
        let labeled = try LabeledRows(table, map: request.map)
        return (labeled.rows, (source, labeled.unlabeled))
    }

    /// Under the names of the map. Labelled rows have them already; of others only the slices go by category, and the part
    /// that is held out must be the one that training, which knows no map there, held out.
    private static func renamed(_ rows: [Headline], _ request: Request) -> [Headline] {
        guard !request.isLabelled, let map = request.map else { return rows }
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

    /// The headlines alone.
    public var texts: [String] { headlines.map(\.text) }

    var json: JSONValue {
        .object([
            ("evaluated", source.json), ("headlines", .integer(headlines.count)), ("unlabelled", .integer(unlabeled)),
            ("training", trainingSource?.json ?? .null), ("trainingHeadlines", .integer(training.count)),
            ("unlabelledTraining", .integer(unlabelledTraining)),
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
