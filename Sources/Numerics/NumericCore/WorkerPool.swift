import CKernels
import Preconditions
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A few persistent threads that run the chunks of one job at a time.
///
/// The assignment of chunks to threads is left to chance. So that results do not depend on it, chunks write disjoint places and
/// reductions add partial results in index order afterward.
///
/// `@unchecked Sendable`: `job` is written before a generation is published under the mutex, and read only by threads
/// that have seen that generation under the same mutex.
final class WorkerPool: @unchecked Sendable {

    /// The number of pauses, some 30 ns each, before a waiting thread gives up its processor: decoding makes fifty small products
    /// a token, and waking a thread takes longer than many of them.
    private static let maximumSpins = 2_000

    /// The number of threads that work on a job, including the caller.
    let threads: Int
    private let next = Atomic<Int>(0)
    private let busy = Atomic<Int>(0)
    private let generation = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private var chunkCount = 0
    private var body: ((Int) -> Void)?
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wake: UnsafeMutablePointer<pthread_cond_t>

    init(threads: Int) {
        self.threads = threads
        mutex = .allocate(capacity: 1)
        wake = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        for _ in 1..<max(threads, 1) { startWorker() }
    }

    /// Runs `body` for every chunk in `0..<chunks` and returns when all are done. Not reentrant.
    func run(chunks: Int, _ body: (Int) -> Void) {
        guard threads > 1, chunks > 1 else {
            for chunk in 0..<chunks { body(chunk) }
            return
        }
        withoutActuallyEscaping(body) { escaping in
            self.body = escaping
            chunkCount = chunks
            next.store(0, ordering: .relaxed)
            busy.store(threads - 1, ordering: .relaxed)
            pthread_mutex_lock(mutex)
            generation.wrappingAdd(1, ordering: .releasing)
            pthread_cond_broadcast(wake)
            pthread_mutex_unlock(mutex)
            drain()
            // Workers end within a chunk of each other, so a short spin beats a sleep.
            var spins = 0
            while busy.load(ordering: .acquiring) > 0 {
                spins += 1
                if spins > Self.maximumSpins { sched_yield() } else { hk_pause() }
            }
            self.body = nil
        }
    }

    /// Takes chunks until none is left.
    private func drain() {
        guard let body else { return }
        while true {
            let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if chunk >= chunkCount { return }
            body(chunk)
        }
    }

    private func startWorker() {
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<WorkerPool>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context)
        require(status == 0, "WorkerPool: the system cannot start another thread (error \(status))")
        pthread_detach(thread)
    }

    private func work() {
        var seen = 0
        while !stopping.load(ordering: .relaxed) {
            // Jobs follow each other closely inside a step: spin a little before sleeping.
            var spins = 0
            while generation.load(ordering: .acquiring) == seen && spins < Self.maximumSpins {
                spins += 1
                hk_pause()
            }
            if generation.load(ordering: .acquiring) == seen {
                pthread_mutex_lock(mutex)
                while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
                pthread_mutex_unlock(mutex)
            }
            seen = generation.load(ordering: .acquiring)
            drain()
            busy.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// Lets the workers end; the pool must not be used afterwards.
    func stop() {
        stopping.store(true, ordering: .relaxed)
        pthread_mutex_lock(mutex)
        generation.wrappingAdd(1, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }
}
