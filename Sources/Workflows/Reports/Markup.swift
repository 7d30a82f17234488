import Files
import Text

/// A text of HTML or SVG in the making. All text and all attributes that go in are escaped.
struct Markup: Sendable {
    private(set) var text = ""

    /// Attributes in the order in which they are written; a pair whose value is `nil` is left out.
    typealias Attributes = KeyValuePairs<StaticString, String?>

    /// Adds an element with what `content` puts into it.
    mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout Markup) -> Void
    ) {
        open(name, attributes, end: ">")
        content(&self)
        text += "</\(name)>"
    }

    /// Adds an element with a text in it.
    mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.add(text) }
    }

    /// Adds an element without contents: `/>` closes it in SVG and is ignored by HTML's void elements.
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

    /// Adds text of unknown origin so that its direction of writing does not reach what is beside it.
    mutating func addForeign(_ text: String) {
        // Nothing below the Hebrew block is written from right to left.
        if text.unicodeScalars.contains(where: { $0.value >= 0x590 }) {
            element("bdi", text: text)
        } else {
            add(text)
        }
    }

    /// Adds what is markup already.
    mutating func add(_ markup: Markup) { text += markup.text }

    /// Adds markup that is part of this program.
    mutating func addOwn(_ markup: StaticString) { text += "\(markup)" }

    /// A line break for those who read the source.
    mutating func breakLine() { text += "\n" }
}

/// A text in which nothing can end, begin or command anything in HTML and SVG, inside and outside attributes: control
/// characters and marks that reverse the direction of writing are shown as escapes.
func escaped(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in escapedForTerminal(text).unicodeScalars {
        switch scalar {
        case "&": safe.append(contentsOf: "&amp;".unicodeScalars)
        case "<": safe.append(contentsOf: "&lt;".unicodeScalars)
        case ">": safe.append(contentsOf: "&gt;".unicodeScalars)
        case "\"": safe.append(contentsOf: "&quot;".unicodeScalars)
        case "'": safe.append(contentsOf: "&#39;".unicodeScalars)
        // U+FFFE and U+FFFF of any plane are no characters; a validator refuses them.
        case _ where scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value):
            safe.append("\u{FFFD}")
        default: safe.append(scalar)
        }
    }
    return String(safe)
}
