import Dispatch
import Files

/// Returns the results of three functions, each run on a thread of its own if one is free.
func concurrently<A: Sendable, B: Sendable, C: Sendable>(
    _ a: @Sendable () throws(FileError) -> A, _ b: @Sendable () throws(FileError) -> B,
    _ c: @Sendable () throws(FileError) -> C
) -> (Result<A, FileError>, Result<B, FileError>, Result<C, FileError>) {
    // Each is written by one iteration and read when all have ended.
    nonisolated(unsafe) var results: (Result<A, FileError>?, Result<B, FileError>?, Result<C, FileError>?)
    DispatchQueue.concurrentPerform(iterations: 3) { iteration in
        switch iteration {
        case 0: results.0 = Result { () throws(FileError) in try a() }
        case 1: results.1 = Result { () throws(FileError) in try b() }
        default: results.2 = Result { () throws(FileError) in try c() }
        }
    }
    guard let first = results.0, let second = results.1, let third = results.2 else {
        fatalError("concurrently: an iteration has not run")
    }
    return (first, second, third)
}
