public import Autograd

/// A model with the weights of a folder.
public struct LoadedModel<Model> {
    /// The model itself.
    public let model: Model
    /// The parameters of the model, in its order.
    public let parameters: [Parameter]
    /// The names of entries of the file that are not part of the model and were left out.
    public let ignored: [String]
    /// The names of parameters that the file has no values for and that start from the seed; empty for a finished model.
    public let fresh: [String]
}
