import Preconditions
public import Text

/// Rows under named columns. The first column names the row.
public struct Table: Sendable, Hashable {
    /// A column: its title and its alignment.
    public struct Column: Sendable, Hashable {
        /// The title.
        public var title: String
        /// The side that its cells are aligned to.
        public var alignment: TextTable.Alignment

        /// Creates a column.
        public init(_ title: String, _ alignment: TextTable.Alignment) {
            self.title = title
            self.alignment = alignment
        }

        var isNumeric: Bool { alignment == .right }

        /// Returns a column of words, aligned to the left.
        public static func words(_ title: String) -> Column { Column(title, .left) }
        /// Returns a column of numbers, aligned to the right.
        public static func numbers(_ title: String) -> Column { Column(title, .right) }
    }

    /// A row of cells.
    public struct Row: Sendable, Hashable {
        /// A cell for each column.
        public var cells: [Cell]
        /// True for the row that the table is about, such as the model among its baselines.
        public var isEmphasized: Bool
    }

    /// A cell of a table.
    public enum Cell: Sendable, Hashable, ExpressibleByStringLiteral {
        /// Words.
        case text(String)
        /// A whole number.
        case count(Int)
        /// A number in a style.
        case number(Double, NumberStyle)
        /// An estimate and the ends of its interval.
        case interval(Double, low: Double, high: Double, NumberStyle)
        /// An unknown value, shown as a dash.
        case missing

        /// Creates a cell of words.
        public init(stringLiteral text: String) { self = .text(text) }

        /// The cell as text.
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

    /// The title.
    public var caption: String
    /// The columns, at least one.
    public let columns: [Column]
    /// The rows in order.
    public private(set) var rows: [Row] = []

    /// Creates a table without rows. Traps without a column.
    public init(_ caption: String, _ columns: [Column]) {
        require(!columns.isEmpty, "Table: no columns")
        self.caption = caption
        self.columns = columns
    }

    /// Adds a row. Traps unless it has a cell for each column.
    public mutating func add(_ cells: [Cell], emphasized: Bool = false) {
        require(cells.count == columns.count, "Table: \(cells.count) cells for \(columns.count) columns")
        rows.append(Row(cells: cells, isEmphasized: emphasized))
    }
}
