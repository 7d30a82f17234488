public import Files
public import JSON
public import NumericCore

/// `config.json` of a family of models in Hugging Face layout.
public protocol ModelConfigurationFile: Sendable {
    /// Sizes and rates, as the model's initializer takes them.
    associatedtype Configuration

    /// The family in an error, such as "a GPT-2".
    static var family: String { get }

    /// The values of `model_type` that mark a file of this family.
    static var modelTypes: [String] { get }

    /// Reads the file at `path`.
    init(path: String) throws(FileError)

    /// Sizes and rates.
    var model: Configuration { get }

    /// The number of layers; the file of weights must have at least as many arrays.
    var layers: Int { get }

    /// True if the matrices beside the file are int8.
    var isInt8: Bool { get set }

    /// Sizes for people, in the order in which reports show them.
    var facts: [ModelIdentity.Fact] { get }

    /// Returns the file as it is written.
    /// - Parameter dtype: the data type of the arrays of floats beside it.
    func json(dtype: DType) -> JSONValue
}
