import NumericCore

/// Sets how many threads all models of this process compute on; their results do not depend on it. Traps below 1.
public func setComputingThreads(_ threads: Int) { Parallelism.setThreads(threads) }
