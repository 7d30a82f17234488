/// A picture with its title and, for those who cannot see it, its message in words.
public struct Figure: Sendable {
    public var title: String
    /// What the picture shows; printed below it.
    public var description: String
    public var picture: any Picture

    public init(_ title: String, description: String, _ picture: any Picture) {
        self.title = title
        self.description = description
        self.picture = picture
    }
}

/// Numbers that can be drawn.
public protocol Picture: Sendable {
    /// The numbers of the picture, for those who want them exactly and for forms without pictures.
    var numbers: Table { get }
    /// The picture in vector graphics.
    func drawing() -> Drawing
}

/// A picture in Scalable Vector Graphics (SVG 1.1), whose colours are those of the page around it.
public struct Drawing: Sendable {
    /// In units of the drawing, which are pixels on a narrow screen.
    let width: Double
    let height: Double
    /// Keeps its size and scrolls where there is less room; others shrink and grow with the page.
    let isWide: Bool
    /// What is inside the `svg` element.
    let content: Markup
}
