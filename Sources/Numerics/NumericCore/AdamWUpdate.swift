import CKernels
import Preconditions

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The constants of one AdamW update.
public struct AdamWUpdate: Sendable {
    /// The learning rate of this step.
    public var learningRate: Float
    /// The decay rate of the first moment.
    public var beta1: Float
    /// The decay rate of the second moment.
    public var beta2: Float
    /// The number added to the root of the second moment.
    public var epsilon: Float
    /// The weight decay, which is multiplied by the learning rate.
    public var weightDecay: Float
    /// The factor on the gradient: one over the number of tokens of the step, times the clipping factor.
    public var gradientScale: Float
    /// The number t of this update, counted from 1.
    public var step: Int

    /// An update from all its constants.
    public init(
        learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, gradientScale: Float,
        step: Int
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.step = step
    }

    /// Updates weights and moments in one pass and clears the gradient; all four have one shape.
    public func apply(
        weight: MutableArray, gradient: MutableArray, firstMoment: MutableArray, secondMoment: MutableArray
    ) {
        require(
            weight.count == gradient.count && weight.count == firstMoment.count && weight.count == secondMoment.count,
            "adamW: \(weight.shape), \(gradient.shape), \(firstMoment.shape), \(secondMoment.shape)")
        let constants = hk_adamw_settings(
            learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
            gradient_scale: gradientScale, first_correction: Float(1 - pow(Double(beta1), Double(step))),
            second_correction_root: Float((1 - pow(Double(beta2), Double(step))).squareRoot()))
        Parallelism.run(weight.count, grain: elementGrain) { range in
            var settings = constants
            let at = range.lowerBound
            hk_adamw(
                &settings, weight.pointer + at, gradient.pointer + at, firstMoment.pointer + at,
                secondMoment.pointer + at, range.count)
        }
    }
}
