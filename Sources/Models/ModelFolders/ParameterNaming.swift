public import Autograd

/// The names that a family of models gives its arrays in files of weights.
public protocol ParameterNaming {
    /// Returns the name of a parameter, given the name of an entry: prefixes are added or removed, old names replaced.
    static func parameterName(ofEntry name: String) -> String

    /// Returns the name under which a parameter is written.
    static func entryName(ofParameter name: String) -> String

    /// Returns the layout of a weight matrix that a product reads and that may therefore be stored in fewer bits; `nil` for
    /// all other parameters.
    static func layout(ofWeight name: String) -> WeightLayout?

    /// Returns true for a name, as ``parameterName(ofEntry:)`` returns it, that files of other programs may hold although
    /// the model has no such parameter: constants and copies.
    static func isIgnorable(_ name: String) -> Bool

    /// The parameters that each ignorable copy must equal, by the name of the copy. Leaving out a copy that differs would
    /// change the model, so such a file is refused.
    static var copies: [String: String] { get }
}

extension ParameterNaming {
    /// The same name: files use the names of the model.
    public static func parameterName(ofEntry name: String) -> String { name }

    /// The same name: files use the names of the model.
    public static func entryName(ofParameter name: String) -> String { name }

    /// False: nothing is left out.
    public static func isIgnorable(_ name: String) -> Bool { false }

    /// No copies.
    public static var copies: [String: String] { [:] }
}
