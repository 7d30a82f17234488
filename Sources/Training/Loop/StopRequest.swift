import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A signal that asked the process to end, noticed by the loop at its next border.
public enum StopRequest {
    private static let received = Atomic<Int32>(0)

    /// Answers SIGINT and SIGTERM by noting them; a second signal of the kind ends the process at once.
    public static func installHandlers() {
        // The global must exist before a handler reads it: making it there would not be safe in a signal handler.
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopRequest.received.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// The signal that has arrived, if one has.
    public static var current: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// The name of a signal for people.
    public static func name(of number: Int32) -> String { number == SIGINT ? "Ctrl-C" : "SIGTERM" }
}
