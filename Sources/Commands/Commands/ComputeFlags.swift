public import ArgumentParser
import Inference
import ProcessMemory

/// The flags for the resources that a command computes with.
public struct ComputeFlags: ParsableArguments {
    /// The number of threads; all processors if `nil`.
    @Option(help: ArgumentHelp("Number of threads (default: one for each processor).", valueName: "n"))
    public var threads: Int?

    /// Creates the flags for the parser to fill.
    public init() {}

    /// Checks the range of the number of threads.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        if let threads, !(1...maximumComputingThreads).contains(threads) {
            throw ValidationError(
                "--threads is \(threads), expected a whole number from 1 to \(maximumComputingThreads)")
        }
    }

    /// Sets the number of threads, and tunes malloc for work that repeats itself.
    public func apply() {
        tuneMalloc()
        if let threads { setComputingThreads(threads) }
    }
}
