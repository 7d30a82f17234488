import Autograd
import Files
import HeadlineData
import Text

/// A forward and a backward pass over a batch of the largest possible size, before the first step: every buffer that training
/// needs is then there, and a step asks the system for nothing. It changes no weight and consumes no random number.
struct WarmUpPass {
    let task: any TrainingTask
    let gradients: Gradients
    let seed: UInt64

    /// Makes one pass, leaves the gradients at 0, and returns its tokens and seconds.
    @discardableResult
    func run() -> (tokens: Int, seconds: Double) {
        let start = steadyClock()
        let tape = Tape(into: gradients, dropout: Tape.DropoutSource(seed: seed, step: 0, firstRow: 0))
        var tokens = 0
        let loss = tape.record {
            let (loss, count) = task.largestLossSum()
            tokens = count
            return loss
        }
        tape.backward(from: loss)
        gradients.clear()
        return (tokens, steadyClock() - start)
    }
}
