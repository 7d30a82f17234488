import Files
import Foundation
import Text

/// Refuses a model that this machine has no memory for, before asking for it.
/// - Parameter parameters: how many it has.
func checkMemory(parameters: Double) throws(TrainingError) {
    // Weights, gradients and two moments in float32.
    let (needed, present) = (16 * parameters, Double(ProcessInfo.processInfo.physicalMemory))
    guard needed <= present else {
        throw TrainingError(
            String(
                format:
                    "the model has %.4g parameters, whose weights, gradients and moments take %.4g GB, and this machine has "
                    + "%.4g GB of memory; lower model.layers or model.hiddenSize, or take a smaller base",
                parameters, needed / 1e9, present / 1e9), .invalidRequest)
    }
}
