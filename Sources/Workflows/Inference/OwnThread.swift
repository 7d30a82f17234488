import Dispatch

/// Runs `body`, which may block for long, on a thread outside the pool of Swift's concurrency.
/// - Parameter label: the name of its queue in debuggers.
func runOnOwnThread<Value: Sendable>(
    _ label: String, qos: DispatchQoS = .userInitiated, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: label, qos: qos).async { continuation.resume(with: Result(catching: body)) }
    }
}
