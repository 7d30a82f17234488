public import NumericCore
import Preconditions

/// The gradients of a list of parameters in one flat buffer, in the order of the list, reused every step.
///
/// Backward adds into it, so accumulation over micro-batches and tied weights need no code; the optimizer reads and clears it.
public final class Gradients {
    /// The parameters, in the order in which they lie in the buffer.
    public let parameters: [Parameter]
    /// All gradients, end to end; each begins on a 64-byte boundary and the gaps stay 0.
    public let flat: MutableArray
    private let regions: [ObjectIdentifier: MutableArray]
    private let starts: [Int]

    /// Gradients of 0 for `parameters`. Traps if one is listed twice or is read-only.
    public init(of parameters: [Parameter]) {
        self.parameters = parameters
        let starts = Self.starts(of: parameters)
        self.starts = Array(starts.dropLast())
        let flat = MutableArray(shape: [starts[parameters.count]], repeating: 0)
        self.flat = flat
        regions = Dictionary(
            zip(parameters, starts).map { parameter, start in
                require(parameter.buffer != nil, "Gradients: \(parameter.name) is read-only")
                return (ObjectIdentifier(parameter), flat.region(from: start, shape: parameter.shape))
            }, uniquingKeysWith: { _, _ in fatalError("Gradients: a parameter is listed twice") })
    }

    /// The start of each parameter in a flat buffer, then the length of the buffer, all multiples of 16 floats.
    private static func starts(of parameters: [Parameter]) -> [Int] {
        var starts = [0]
        for parameter in parameters { starts.append(starts[starts.count - 1] + (parameter.array.count + 15) / 16 * 16) }
        return starts
    }

    /// Returns true if gradients of this parameter are kept.
    public func contains(_ parameter: Parameter) -> Bool { regions[ObjectIdentifier(parameter)] != nil }

    /// The gradient of one parameter, in its shape; `nil` if it is not in the list.
    public func region(of parameter: Parameter) -> MutableArray? { regions[ObjectIdentifier(parameter)] }

    /// The part of another flat buffer of the same layout, such as a moment's, that belongs to parameter `index`.
    public func region(ofParameter index: Int, in buffer: MutableArray) -> MutableArray {
        buffer.region(from: starts[index], shape: parameters[index].shape)
    }

    /// The Euclidean norm of all gradients, accumulated in Double.
    public var norm: Double { flat.frozen().sumOfSquares.squareRoot() }

    /// Sets every gradient to 0, even if some are not finite, such as after a skipped step.
    public func clear() { flat.fill(with: 0) }
}
