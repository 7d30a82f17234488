import Text

/// The numbers along one axis and their positions.
struct Scale {
    /// Round numbers, ascending; at least two unless the scale is exact.
    let ticks: [Double]
    /// The number at the start.
    private let low: Double
    /// The number at the end.
    private let high: Double
    private let step: Double
    /// The position of the start, in units of the drawing.
    private let start: Double
    /// The position of the end, in units of the drawing.
    private let end: Double

    /// Creates a scale with round numbers.
    ///
    /// - Parameters:
    ///   - range: The range to include; an empty one is widened.
    ///   - start: The position of the lower end.
    ///   - end: The position of the upper end.
    ///   - count: The approximate number of ticks.
    ///   - isWhole: True if only whole numbers make sense.
    ///   - isExact: True if the ends are those of the range; otherwise they are the nearest round numbers outside it.
    init(
        _ range: ClosedRange<Double>, from start: Double, to end: Double, count: Int = 5, isWhole: Bool = false,
        isExact: Bool = false
    ) {
        let extent = range.upperBound - range.lowerBound
        let (low, high) =
            extent > 0
            ? (range.lowerBound, range.upperBound)
            : (range.lowerBound, range.lowerBound + max(1e-9, range.lowerBound.magnitude / 10, isWhole ? 1 : 0))
        let step = max(Self.roundStep((high - low) / Double(max(1, count - 1))), isWhole ? 1 : 0)
        let first = (low / step + 1e-9).rounded(.down)
        let last = max(first + 1, (high / step - 1e-9).rounded(.up))
        let ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
        self.ticks = isExact ? ticks.filter { $0 >= low - 1e-9 * step && $0 <= high + 1e-9 * step } : ticks
        (self.low, self.high) = isExact ? (low, high) : (ticks[0], ticks[ticks.count - 1])
        self.step = step
        self.start = start
        self.end = end
    }

    /// Returns the smallest of 1, 2, 5 times a power of ten that is not below `step`.
    private static func roundStep(_ step: Double) -> Double {
        var power = 1.0
        while power * 10 <= step { power *= 10 }
        while power > step { power /= 10 }
        return ([1, 2, 5].map { $0 * power }.first { $0 >= step * (1 - 1e-9) }) ?? 10 * power
    }

    /// Returns the position of a number, or of the nearer end for one outside the scale.
    func callAsFunction(_ number: Double) -> Double {
        let share = ((number.isNaN ? low : number) - low) / (high - low)
        return start + min(max(share, 0), 1) * (end - start)
    }

    /// Returns the text of a tick, with just enough digits to tell ticks apart.
    func tickText(_ tick: Double, _ style: NumberStyle) -> String {
        func digits(_ step: Double) -> Int {
            var (digits, power) = (0, step)
            while digits < 6, (power - power.rounded()).magnitude > 1e-6 * power.magnitude {
                power *= 10
                digits += 1
            }
            return digits
        }
        return switch style {
        case .count: NumberStyle.count.text(tick)
        case .decimals: NumberStyle.decimals(digits(step)).text(tick)
        case .percent: NumberStyle.percent(digits(100 * step)).text(tick)
        }
    }
}
