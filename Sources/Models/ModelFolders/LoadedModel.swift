public import NeuralNetwork

/// A model with the weights of a folder.
public struct LoadedModel<Model> {
    /// The model itself.
    public let model: Model
    /// The parameters in the order of the model.
    public let store: ParameterStore
    /// The names of entries of the file that are not part of the model and were left out.
    public let ignored: [String]
    /// The names of parameters that the file has no values for and that start from the seed; empty for a finished model.
    public let fresh: [String]
}
