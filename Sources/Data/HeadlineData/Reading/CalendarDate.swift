/// A day of the Gregorian calendar, as a headline file writes it: no time of day and no time zone.
public struct CalendarDate: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The year.
    public let year: Int
    /// 1 … 12
    public let month: Int
    /// 1 … 31
    public let day: Int

    /// `nil` unless such a day exists in the years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads the forms of ISO 8601 that data sets use: `2024-03-09` or `20240309`, white space around it ignored, and
    /// after the first form optionally `T` or a space and a time (`14:05`, `14:05:33.250`, `14:05:33Z`, `14:05+02:00`).
    /// The time is checked and left out; the day is the one that is written, whatever the time zone.
    public init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)[...]
        while let last = bytes.last, last == 0x20 || (0x09...0x0D).contains(last) { bytes.removeLast() }
        while let first = bytes.first, first == 0x20 || (0x09...0x0D).contains(first) { bytes.removeFirst() }
        guard let year = takeDigits(4, from: &bytes) else { return nil }
        let separated = take(UInt8(ascii: "-"), from: &bytes)
        guard let month = takeDigits(2, from: &bytes), !separated || take(UInt8(ascii: "-"), from: &bytes),
            let day = takeDigits(2, from: &bytes)
        else { return nil }
        if separated, let next = bytes.first, next == UInt8(ascii: "T") || next == UInt8(ascii: " ") {
            bytes.removeFirst()
            guard takeTime(from: &bytes) else { return nil }
        }
        guard bytes.isEmpty else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `YYYY-MM-DD`
    public var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Orders dates by day.
    public static func < (a: CalendarDate, b: CalendarDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    /// Written as its description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Reads a date written as `2024-02-29`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let date = CalendarDate(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "`\(text)` is not a date such as 2024-03-09")
        }
        self = date
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Takes exactly `count` decimal digits off the front, or leaves `nil`.
private func takeDigits(_ count: Int, from bytes: inout ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= count else { return nil }
    var number = 0
    for byte in bytes.prefix(count) {
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + Int(byte - 0x30)
    }
    bytes.removeFirst(count)
    return number
}

private func take(_ byte: UInt8, from bytes: inout ArraySlice<UInt8>) -> Bool {
    guard bytes.first == byte else { return false }
    bytes.removeFirst()
    return true
}

/// `hh:mm[:ss[.fraction]]` and then nothing, `Z` or an offset such as `+02:00` or `-0500`.
private func takeTime(from bytes: inout ArraySlice<UInt8>) -> Bool {
    let colon = UInt8(ascii: ":")
    guard let hour = takeDigits(2, from: &bytes), hour <= 24, take(colon, from: &bytes),
        let minute = takeDigits(2, from: &bytes), minute < 60
    else { return false }
    if take(colon, from: &bytes) {
        guard let second = takeDigits(2, from: &bytes), second <= 60 else { return false }
        if take(UInt8(ascii: "."), from: &bytes) {
            guard takeDigits(1, from: &bytes) != nil else { return false }
            while takeDigits(1, from: &bytes) != nil {}
        }
    }
    while take(UInt8(ascii: " "), from: &bytes) {}
    if take(UInt8(ascii: "Z"), from: &bytes) { return bytes.isEmpty }
    if take(UInt8(ascii: "+"), from: &bytes) || take(UInt8(ascii: "-"), from: &bytes) {
        guard takeDigits(2, from: &bytes) != nil else { return false }
        _ = take(colon, from: &bytes)
        guard takeDigits(2, from: &bytes) != nil else { return false }
    }
    return bytes.isEmpty
}
