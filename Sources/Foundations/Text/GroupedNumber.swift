/// A whole number with commas between thousands, whatever the locale: `53,674`.
public func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let grouped = digits.enumerated().reduce(into: "") { text, item in
        if item.offset > 0, (digits.count - item.offset) % 3 == 0 { text += "," }
        text.append(item.element)
    }
    return (number < 0 ? "-" : "") + grouped
}
