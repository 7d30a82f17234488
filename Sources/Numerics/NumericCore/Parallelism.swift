import COpenBLAS
import Preconditions
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How many threads compute, and how work is cut for them.
///
/// Work is cut by its shape alone, never by the number of threads, so results have the same bits on any number.
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

    /// Sets the number of threads that compute, once the job that is running has ended. Traps below 1.
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

    /// Our threads each call BLAS on their own tile, so BLAS must not start threads below them. Read before any product.
    static let singleThreadedBLAS: Void = openblas_set_num_threads(1)

    private static func current() -> WorkerPool {
        pool.withLock { pool in
            if let pool { return pool }
            let made = WorkerPool(threads: availableProcessors)
            pool = made
            return made
        }
    }

    /// Runs `body` for chunks `0..<count`, side by side.
    static func run(_ count: Int, _ body: (Int) -> Void) {
        if count == 1 { return body(0) }
        // The pool is looked up inside the turn: one that was replaced while we waited has no workers any more.
        turn.withLock { _ in current().run(chunks: count, body) }
    }

    /// Cuts `0..<count` into ranges of `grain` (the last may be shorter) and runs `body` on them side by side.
    static func run(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let chunks = (count + grain - 1) / grain
        run(chunks) { chunk in body(chunk * grain..<min(count, (chunk + 1) * grain)) }
    }

    /// How many rows of `columns` make a chunk worth handing to a thread: about 32,000 elements.
    static func rowGrain(columns: Int) -> Int { max(1, 32_768 / max(columns, 1)) }
}
