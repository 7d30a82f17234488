import NumericCore

/// The largest number of computing threads that a command accepts.
public let maximumComputingThreads = Parallelism.maximumThreads

/// Sets the number of threads that all models of this process compute on. Results do not depend on it. Traps below 1.
public func setComputingThreads(_ threads: Int) { Parallelism.setThreads(threads) }
