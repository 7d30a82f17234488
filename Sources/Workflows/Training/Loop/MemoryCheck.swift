import Foundation

/// Refuses a model that this machine has no memory for, before asking for it.
/// - Parameter parameters: The number of its parameters, in Double as a mistaken size may be more than an integer holds.
func checkMemory(parameters: Double) throws(TrainingError) {
    // Weights, gradients and two moments in float32.
    let (needed, present) = (16 * parameters, Double(ProcessInfo.processInfo.physicalMemory))
    guard needed <= present else {
        throw .littleMemory(parameters: parameters, needed: needed, present: present)
    }
}
