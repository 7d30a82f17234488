public import Files

/// A model as a person names it, in settings or on the command line: by the path of its folder.
public enum ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// A folder in Hugging Face layout.
    case folder(path: String)

    /// The text that a person gave.
    public var description: String {
        switch self {
        case .folder(let path): path
        }
    }

    /// Returns the path of the model's folder.
    /// - Throws: `FileError` if there is no such folder.
    public func resolved() throws(FileError) -> String {
        switch self {
        case .folder(let path):
            try requireModelFolder(path)
            return path
        }
    }
}

extension ModelFolder {
    /// Opens the folder of a model.
    public init(_ reference: ModelReference) throws { try self.init(path: reference.resolved()) }
}
