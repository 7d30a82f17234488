public import ArgumentParser
import Files
import Inference
import ProcessMemory

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

    /// Sets the number of threads, and what the heap keeps: memory that goes back to the system comes back slowly.
    public func apply() {
        tuneMalloc()
        if let threads { setComputingThreads(threads) }
    }
}
