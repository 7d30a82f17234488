public import Autograd
public import NumericCore

/// AdamW (Loshchilov and Hutter 2019) as PyTorch's `torch.optim.AdamW` computes it: decay is decoupled from the moments and
/// multiplied by the learning rate.
public final class AdamW {
    /// The settings that stay the same from step to step. There are no defaults: libraries disagree about them.
    public struct Settings: Sendable, Hashable {
        /// The decay rate of the first moment.
        public var beta1: Float
        /// The decay rate of the second moment.
        public var beta2: Float
        /// The number added to the root of the second moment.
        public var epsilon: Float
        /// The decay of weights of rank 2 and more; biases, scales and shifts never decay.
        public var weightDecay: Float

        /// Settings from all their numbers.
        public init(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// The settings that stay the same from step to step.
    public let settings: Settings
    /// The running mean of gradients, laid out as the gradients are.
    public let firstMoment: MutableArray
    /// The running mean of squared gradients, laid out as the gradients are.
    public let secondMoment: MutableArray
    /// The number t of updates made.
    public var step = 0
    private let gradients: Gradients
    /// The factors on the learning rate, by the index of the parameter.
    private let learningRateScales: [Float]

    /// An optimizer of the parameters of `gradients`, with moments of 0.
    /// - Parameter learningRateScale: the factor on the learning rate of a parameter, and so on its decay.
    public init(_ gradients: Gradients, settings: Settings, learningRateScale: (Parameter) -> Float = { _ in 1 }) {
        self.gradients = gradients
        self.settings = settings
        learningRateScales = gradients.parameters.map(learningRateScale)
        firstMoment = MutableArray(shape: gradients.flat.shape, repeating: 0)
        secondMoment = MutableArray(shape: gradients.flat.shape, repeating: 0)
    }

    /// Makes one update with the gradients times `gradientScale`, and clears them.
    public func update(learningRate: Float, gradientScale: Float) {
        step += 1
        for (index, parameter) in gradients.parameters.enumerated() {
            guard let weight = parameter.buffer, let gradient = gradients.region(of: parameter) else {
                fatalError("AdamW: \(parameter.name) is read-only")
            }
            AdamWUpdate(
                learningRate: learningRate * learningRateScales[index], beta1: settings.beta1, beta2: settings.beta2,
                epsilon: settings.epsilon,
                weightDecay: parameter.shape.rank >= 2 ? settings.weightDecay : 0, gradientScale: gradientScale,
                step: step
            ).apply(
                weight: weight, gradient: gradient,
                firstMoment: gradients.region(ofParameter: index, in: firstMoment),
                secondMoment: gradients.region(ofParameter: index, in: secondMoment))
        }
    }
}

/// Returns the factor that reduces a gradient of norm `norm` to at most `limit`, as PyTorch's `clip_grad_norm_` does; 1 without a
/// limit.
public func clippingFactor(norm: Double, limit: Double?) -> Double {
    guard let limit else { return 1 }
    return min(1, limit / (norm + 1e-6))
}
