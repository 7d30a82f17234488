/// The last line of a terminal, redrawn in place, which gives way to any other line.
package struct RedrawnLine {
    private let write: (String) -> Void
    private var isDrawn = false

    /// - Parameter write: Takes text as it is to appear, control characters included.
    package init(write: @escaping (String) -> Void) { self.write = write }

    /// Draws the line in place of the one before.
    package mutating func draw(_ text: String) {
        write("\r" + text + "\u{1B}[K")
        isDrawn = true
    }

    /// Removes the line. Returns false if there was none.
    @discardableResult
    package mutating func clear() -> Bool {
        guard isDrawn else { return false }
        write("\r\u{1B}[K")
        isDrawn = false
        return true
    }
}
