public import Text

/// Rows under named columns. The first column names the row.
public struct Table: Sendable, Hashable {
    /// A column: its title and the side on which its cells stand.
    public struct Column: Sendable, Hashable {
        public var title: String
        public var alignment: TextTable.Alignment

        public init(_ title: String, _ alignment: TextTable.Alignment) {
            self.title = title
            self.alignment = alignment
        }

        var isOfFigures: Bool { alignment == .right }

        /// A column of words.
        public static func words(_ title: String) -> Column { Column(title, .left) }
        /// A column of figures, which stand on the right.
        public static func figures(_ title: String) -> Column { Column(title, .right) }
    }

    /// A row; an emphasised one is the one the table is about, such as the model among its baselines.
    public struct Row: Sendable, Hashable {
        public var cells: [Cell]
        public var isEmphasised: Bool
    }

    /// What stands in one place of a table.
    public enum Cell: Sendable, Hashable, ExpressibleByStringLiteral {
        case text(String)
        case count(Int)
        case number(Double, NumberStyle)
        /// An estimate and the ends of its interval.
        case interval(Double, low: Double, high: Double, NumberStyle)
        /// Nothing is known here, shown as a dash.
        case missing

        public init(stringLiteral text: String) { self = .text(text) }

        /// The cell as it is read.
        public var text: String {
            switch self {
            case .text(let text): text
            case .count(let count): NumberStyle.count.text(Double(count))
            case .number(let number, let style): style.text(number)
            case .interval(let number, let low, let high, let style): style.text(number, low: low, high: high)
            case .missing: "–"
            }
        }
    }

    /// What the table shows; its title.
    public var caption: String
    public let columns: [Column]
    public private(set) var rows: [Row] = []

    /// Traps without a column.
    public init(_ caption: String, _ columns: [Column]) {
        precondition(!columns.isEmpty, "Table: no columns")
        self.caption = caption
        self.columns = columns
    }

    /// Adds a row. Traps unless it has a cell for each column.
    public mutating func add(_ cells: [Cell], emphasised: Bool = false) {
        precondition(cells.count == columns.count, "Table: \(cells.count) cells for \(columns.count) columns")
        rows.append(Row(cells: cells, isEmphasised: emphasised))
    }
}
