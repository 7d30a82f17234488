public import ArgumentParser
import Inference

/// The flags that say what a command computes with.
public struct ComputeFlags: ParsableArguments {
    @Option(help: ArgumentHelp("How many threads compute; all processors without it.", valueName: "n"))
    public var threads: Int?

    public init() {}

    public func validate() throws {
        if let threads, !(1...1_024).contains(threads) {
            throw ValidationError("--threads is \(threads), expected a whole number from 1 to 1024")
        }
    }

    /// Sets the number of threads.
    public func apply() {
        if let threads { setComputingThreads(threads) }
    }
}
