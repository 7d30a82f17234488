/// A type that is written as one scalar.
protocol SettingScalar {
    /// A description of valid texts, in words that follow “expected”.
    static var expectation: String { get }
    /// Returns the value of a text, or `nil` if it is not valid.
    static func read(_ text: String, quoted: Bool) -> Self?
}

extension String: SettingScalar {
    static var expectation: String { "text" }
    /// Returns the text; any scalar is one, because a run may be called 2024.
    static func read(_ text: String, quoted: Bool) -> String? { text }
}

extension Bool: SettingScalar {
    static var expectation: String { "true or false (yes, no, on and off are not read as truth values)" }
    static func read(_ text: String, quoted: Bool) -> Bool? {
        quoted ? nil : ["true": true, "false": false][text]
    }
}

extension SettingScalar where Self: FixedWidthInteger {
    static var expectation: String {
        bitWidth == 64 && isSigned ? "a whole number" : "a whole number from \(min) to \(max)"
    }

    /// Reads decimal digits with an optional sign, underscores between digits (`1_000`) and a whole exponent (`1e6`).
    static func read(_ text: String, quoted: Bool) -> Self? {
        guard let number = DecimalText(text), !number.hasPoint, number.exponent >= 0, number.exponent <= 20 else {
            return nil
        }
        // YAML 1.1 reads 010 as eight, YAML 1.2 as ten, so it is refused.
        guard number.digits.count == 1 || number.digits.first != "0" else { return nil }
        return Self(number.sign + number.digits + String(repeating: "0", count: number.exponent))
    }
}

extension Int: SettingScalar {}
extension Int8: SettingScalar {}
extension Int16: SettingScalar {}
extension Int32: SettingScalar {}
extension Int64: SettingScalar {}
extension UInt: SettingScalar {}
extension UInt8: SettingScalar {}
extension UInt16: SettingScalar {}
extension UInt32: SettingScalar {}
extension UInt64: SettingScalar {}

extension SettingScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static var expectation: String { "a finite number such as 0.001 or 1e-3" }

    /// Reads a decimal number with or without point, exponent, sign and underscores; `nil` if it overflows or underflows.
    static func read(_ text: String, quoted: Bool) -> Self? {
        guard let number = DecimalText(text), let value = Self(number.plain), value.isFinite else { return nil }
        guard value != 0 || number.isZero else { return nil }
        return value
    }
}

extension Float: SettingScalar {}
extension Double: SettingScalar {}

/// The parts of a decimal number: `[sign] digits [. digits] [e [sign] digits]`, with single underscores between digits.
///
/// Less strict than YAML 1.1, for which `1e-3` is a text because it has no point, and stricter than `strtod`, which accepts
/// hexadecimal numbers, `inf` and `nan`.
private struct DecimalText {
    let sign: String
    /// The digits before the point, then those after it.
    let digits: String
    let hasPoint: Bool
    let exponent: Int
    /// The number without underscores, as `strtod` reads it.
    let plain: String

    var isZero: Bool { digits.allSatisfy { $0 == "0" } }

    init?(_ text: String) {
        var rest = Substring(text)
        sign = Self.takeSign(&rest)
        guard let whole = Self.takeDigits(&rest) else { return nil }
        var fraction: String?
        if rest.first == "." {
            rest.removeFirst()
            guard let taken = Self.takeDigits(&rest) else { return nil }
            fraction = taken
        }
        digits = whole + (fraction ?? "")
        hasPoint = fraction != nil
        guard !digits.isEmpty else { return nil }
        var exponentText = ""
        if rest.first == "e" || rest.first == "E" {
            rest.removeFirst()
            exponentText = Self.takeSign(&rest)
            guard let taken = Self.takeDigits(&rest), !taken.isEmpty else { return nil }
            exponentText += taken
        }
        guard rest.isEmpty, let exponent = exponentText.isEmpty ? 0 : Int(exponentText) else { return nil }
        self.exponent = exponent
        plain = "\(sign)\(whole.isEmpty ? "0" : whole).\((fraction ?? "").isEmpty ? "0" : fraction ?? "0")e\(exponent)"
    }

    private static func takeSign(_ rest: inout Substring) -> String {
        guard let first = rest.first, first == "-" || first == "+" else { return "" }
        rest.removeFirst()
        return first == "-" ? "-" : ""
    }

    /// Removes and returns the digits at the front, if any; `nil` for an underscore that is not between two digits.
    private static func takeDigits(_ rest: inout Substring) -> String? {
        let run = rest.prefix { ($0.isASCII && $0.isNumber) || $0 == "_" }
        rest.removeFirst(run.count)
        guard run.first != "_", run.last != "_", !run.contains("__") else { return nil }
        return run.filter { $0 != "_" }
    }
}
