import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A signal that asked the process to end. The loop notices it before its next micro-batch.
public enum StopRequest {
    private static let received = Atomic<Int32>(0)
    private static let isQuiet = Atomic<Bool>(false)

    /// The message that is printed at once, as the answer may take as long as a micro-batch and a checkpoint.
    private static let notice: StaticString =
        "\nstopping: saving the run; send the signal again to end at once and lose the work since the last checkpoint\n"

    /// Makes the process note SIGINT, SIGTERM and SIGHUP. A second SIGINT or SIGTERM ends the process at once; a second
    /// SIGHUP is ignored, since the shell and the system both send one when a terminal closes. Under `nohup`, which ignores
    /// SIGHUP, it stays ignored. SIGPIPE is ignored: a run needs no reader of its output.
    /// - Parameter quiet: True to print nothing when one arrives.
    public static func installHandlers(quiet: Bool) {
        // The globals must exist before a handler reads them: making them there would not be safe in a signal handler.
        received.store(0, ordering: .relaxed)
        isQuiet.store(quiet, ordering: .relaxed)
        // A parent may have left them blocked: its mask is inherited, and threads of a pool have every signal in theirs.
        let numbers = [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP])
        var answered = sigset_t()
        sigemptyset(&answered)
        for number in numbers { sigaddset(&answered, number) }
        pthread_sigmask(SIG_UNBLOCK, &answered, nil)
        signal(SIGPIPE, SIG_IGN)
        for number in numbers {
            signal(number) { number in
                StopRequest.received.store(number, ordering: .relaxed)
                signal(number, number == SIGHUP ? SIG_IGN : SIG_DFL)
                // A terminal that has hung up shows nothing any more.
                if number != SIGHUP, !StopRequest.isQuiet.load(ordering: .relaxed) {
                    // write(2) is one of the few calls that a handler may make; the code of the thread it interrupts must
                    // not see another errno.
                    let code = errno
                    _ = write(STDERR_FILENO, StopRequest.notice.utf8Start, StopRequest.notice.utf8CodeUnitCount)
                    errno = code
                }
            }
        }
    }

    /// The signal that has arrived, if one has.
    public static var current: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Returns true if the process was started with a signal ignored.
    private static func isIgnored(_ number: Int32) -> Bool {
        let before = signal(number, SIG_IGN)
        guard unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else { return true }
        signal(number, before)
        return false
    }

    /// Returns the name of a signal for people.
    public static func name(of number: Int32) -> String {
        switch number {
        case SIGINT: "Ctrl-C"
        case SIGHUP: "SIGHUP"
        default: "SIGTERM"
        }
    }
}
