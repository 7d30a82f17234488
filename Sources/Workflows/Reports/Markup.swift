import Text

/// A builder of HTML and SVG that escapes all text and all attributes.
struct Markup: Sendable {
    private(set) var text = ""

    /// Attributes in order; those with the value `nil` are left out.
    typealias Attributes = KeyValuePairs<StaticString, String?>

    /// Adds an element with the content that `content` adds.
    mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout Markup) -> Void
    ) {
        open(name, attributes, end: ">")
        content(&self)
        text += "</\(name)>"
    }

    /// Adds an element with text in it.
    mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.add(text) }
    }

    /// Adds an empty element: `/>` closes it in SVG and is ignored for HTML's void elements.
    mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) { open(name, attributes, end: "/>") }

    private mutating func open(_ name: StaticString, _ attributes: Attributes, end: String) {
        text += "<\(name)"
        for (name, value) in attributes {
            if let value { text += " \(name)=\"\(escaped(value))\"" }
        }
        text += end
    }

    /// Adds text.
    mutating func add(_ text: String) { self.text += escaped(text) }

    /// Adds untrusted text so that its writing direction does not affect its surroundings.
    mutating func addForeign(_ text: String) {
        // No character below the Hebrew block is written from right to left.
        if text.unicodeScalars.contains(where: { $0.value >= 0x590 }) {
            element("bdi", text: text)
        } else {
            add(text)
        }
    }

    /// Adds markup.
    mutating func add(_ markup: Markup) { text += markup.text }

    /// Adds literal markup of this program.
    mutating func addOwn(_ markup: StaticString) { text += "\(markup)" }

    /// Adds a line break for readers of the source.
    mutating func breakLine() { text += "\n" }
}

/// Escapes a text for HTML and SVG, inside and outside attributes. Control characters and marks that reverse the writing
/// direction become visible escapes. A percent sign stays on the line of its number.
func escaped(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    let scalars = Array(escapedForTerminal(text).unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
        switch scalar {
        case " " where isBeforePercentSign(index, in: scalars): safe.append("\u{A0}")
        case "&": safe.append(contentsOf: "&amp;".unicodeScalars)
        case "<": safe.append(contentsOf: "&lt;".unicodeScalars)
        case ">": safe.append(contentsOf: "&gt;".unicodeScalars)
        case "\"": safe.append(contentsOf: "&quot;".unicodeScalars)
        case "'": safe.append(contentsOf: "&#39;".unicodeScalars)
        // Noncharacters, which a validator refuses.
        case _ where scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value):
            safe.append("\u{FFFD}")
        default: safe.append(scalar)
        }
    }
    return String(safe)
}

/// True for the space in `59.4 %`.
private func isBeforePercentSign(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    guard index > 0, index + 1 < scalars.count, scalars[index + 1] == "%" else { return false }
    return ("0"..."9").contains(scalars[index - 1])
}
