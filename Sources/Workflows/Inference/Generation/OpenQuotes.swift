/// Returns the marks that close the quotations that are open in `text`, innermost first; empty when none is.
///
/// Double quotation marks count, straight and curly, and single ones that are curly. A straight single one is nearly always an
/// apostrophe, and so is a curly one between two letters.
func closingQuotes(of text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var open: [Unicode.Scalar] = []
    func close(_ mark: Unicode.Scalar) {
        if let index = open.lastIndex(of: mark) { open.remove(at: index) }
    }
    func isLetter(_ index: Int) -> Bool { scalars.indices.contains(index) && scalars[index].properties.isAlphabetic }
    for (index, scalar) in scalars.enumerated() {
        switch scalar {
        case "\"" where open.contains(scalar): close(scalar)
        case "\"", "\u{201C}", "\u{2018}": open.append(scalar)
        case "\u{201D}": close("\u{201C}")
        case "\u{2019}" where !(isLetter(index - 1) && isLetter(index + 1)): close("\u{2018}")
        default: break
        }
    }
    let marks = open.reversed().map { mark -> Unicode.Scalar in
        switch mark {
        case "\u{201C}": "\u{201D}"
        case "\u{2018}": "\u{2019}"
        default: mark
        }
    }
    return String(String.UnicodeScalarView(marks))
}
