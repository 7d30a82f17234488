import COpenBLAS
import Preconditions
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The threads that compute, and the cut of work for them.
///
/// Work is cut by its shape alone, never by the number of threads, so results have the same bits on any number of them.
public enum Parallelism {
    private static let pool = Mutex<WorkerPool?>(nil)
    /// Only one job runs at a time; a second caller waits here.
    private static let turn = Mutex(())

    /// The number of processors this process may use.
    public static var availableProcessors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The largest number of threads that settings and flags accept: more than any machine has processors for one model.
    public static let maximumThreads = 1_024

    /// The number of threads that compute.
    public static var threads: Int { current().threads }

    /// Sets the number of threads that compute, once the running job has ended. Traps below 1.
    public static func setThreads(_ threads: Int) {
        require(threads >= 1, "Parallelism: \(threads) threads")
        turn.withLock { _ in
            pool.withLock { pool in
                guard pool?.threads != threads else { return }
                pool?.stop()
                pool = WorkerPool(threads: threads)
            }
        }
    }

    /// Turns off the threads of BLAS, since each of ours calls it for its own tile. Read before any product.
    static let singleThreadedBLAS: Void = openblas_set_num_threads(1)

    private static func current() -> WorkerPool {
        pool.withLock { pool in
            if let pool { return pool }
            let made = WorkerPool(threads: availableProcessors)
            pool = made
            return made
        }
    }

    /// Runs `body` for chunks `0..<count`, in parallel.
    static func run(_ count: Int, _ body: (Int) -> Void) {
        if count == 1 { return body(0) }
        // The pool is looked up inside the turn: one that was replaced while we waited has no workers any more.
        turn.withLock { _ in current().run(chunks: count, body) }
    }

    /// Cuts `0..<count` into ranges of `grain` (the last may be shorter) and runs `body` on them in parallel.
    static func run(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let chunks = (count + grain - 1) / grain
        run(chunks) { chunk in body(chunk * grain..<min(count, (chunk + 1) * grain)) }
    }

    /// The number of rows of `columns` that make a chunk worth handing to a thread: about 32,000 elements.
    static func rowGrain(columns: Int) -> Int { max(1, 32_768 / max(columns, 1)) }
}
