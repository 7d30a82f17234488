import Autograd
import Checkpoints
import Files
import ModelFolders
public import NumericCore

/// The pretrained model that a run started from. Run states refer to it for the values of frozen parameters.
public struct BaseModel {
    /// The path of the model folder.
    public let path: String
    private let read: () throws -> [String: NDArray]

    /// A base in the folder `path`.
    /// - Parameter parameters: reads its parameters by name.
    public init(path: String, parameters: @escaping () throws -> [String: NDArray]) {
        self.path = path
        read = parameters
    }

    /// Returns the parameters by name; they may lie in a mapped file.
    func parameters() throws -> [String: NDArray] { try read() }

    /// Returns SHA-256 of the weights.
    func digest() throws(FileError) -> String { try ModelIdentity.digest(ofWeightsIn: path) }
}

/// The part of the frozen parameters that run states do not store, because the base has it.
struct FrozenBase {
    /// SHA-256 of the base's weights.
    let digest: String
    /// The names of the parameters that equal those of the base bit for bit.
    let names: Set<String>

    /// Compares frozen parameters with those of the base; `nil` if none are equal.
    init?(_ frozen: [Parameter], of base: BaseModel) throws {
        guard !frozen.isEmpty else { return nil }
        let values = try base.parameters()
        let equal = frozen.filter { parameter in
            guard let value = values[parameter.name], value.shape == parameter.shape else { return false }
            return value.withUnsafeElements { value in
                parameter.array.withUnsafeElements { $0.elementsEqual(value) { $0.bitPattern == $1.bitPattern } }
            }
        }
        guard !equal.isEmpty else { return nil }
        names = Set(equal.map(\.name))
        digest = try base.digest()
    }

    /// Reads frozen parameters that a run state refers to from the base.
    /// - Throws: `FileError` if the base is not the one that the state was written with.
    init(restoring parameters: [Parameter], from base: BaseModel?, digest: String?, state: String) throws {
        guard let digest else {
            throw FileError(
                state, "holds no \(RunStateLayout.model)\(parameters[0].name), and names no base that would have it")
        }
        guard let base else {
            throw FileError(
                state,
                "takes frozen parameters from the base with SHA-256 \(digest), and the settings name no base model")
        }
        let found = try base.digest()
        guard found == digest else {
            throw FileError(
                base.path,
                "its weights have SHA-256 \(found), but \(state) was trained from a base with \(digest); put the original"
                    + " base back")
        }
        let values = try base.parameters()
        for parameter in parameters {
            guard let value = values[parameter.name], value.shape == parameter.shape else {
                throw FileError(
                    base.path, "holds no \(parameter.name) of shape \(parameter.shape), which \(state) needs")
            }
            parameter.buffer?.assign(value)
        }
        names = Set(parameters.map(\.name))
        self.digest = digest
    }
}
