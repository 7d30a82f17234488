import Synchronization

/// Held by a test while it sets the number of threads, so that no other such test changes it meanwhile.
private let threadCountGate = Mutex(())

/// Runs `body` alone among all callers of this function; other tests continue meanwhile. Do not suspend or nest inside.
public func holdingThreadCount<Result: Sendable>(_ body: () throws -> Result) rethrows -> Result {
    try threadCountGate.withLock { _ in try body() }
}

/// Returns true if a count that only grows, and that other tests may raise at any time, stays the same during some call of
/// `body`. If `body` raised it, it would do so in every call.
public func standsStill(_ count: () -> Int, during body: () throws -> Void) rethrows -> Bool {
    for _ in 0..<200 {
        let before = count()
        try body()
        if count() == before { return true }
    }
    return false
}
