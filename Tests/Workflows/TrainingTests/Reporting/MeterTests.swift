import Testing
import Training

@Suite struct MeterTests {
    @Test("a rate is units over seconds of the last window, the latest report always counted whole")
    func rates() {
        let cases: [(reports: [(Int, Double)], rate: Double?)] = [
            ([], nil),
            ([(100, 2)], 50),
            ([(100, 1), (100, 3)], 50),
            ([(1000, 6), (100, 3), (100, 2)], 40),
            ([(7, 100)], 0.07),
            ([(1, 5), (7, 100)], 0.07),
            ([(100, 0), (100, .nan), (100, -1), (100, .infinity)], nil),
            ([(100, 2), (100, 0)], 50),
        ]
        for (reports, rate) in cases {
            var meter = RateMeter(window: 10)
            for (amount, seconds) in reports { meter.add(amount, seconds: seconds) }
            #expect(meter.rate == rate, "\(reports)")
        }
    }

    @Test("many short reports give the rate of the last ones")
    func manyReports() {
        var meter = RateMeter(window: 10)
        for number in 0..<100_000 { meter.add(number < 99_000 ? 1 : 3, seconds: 0.001953125) }
        #expect(meter.rate == 3 / 0.001953125)
    }

    @Test("the remaining time goes by the steps of this process and its clock")
    func remaining() {
        let cases: [(start: Double, behind: Int, now: Double, step: Int, total: Int, seconds: Double?)] = [
            (100, 0, 110, 10, 30, 20),
            (100, 20, 110, 25, 30, 10),
            (100, 20, 110, 30, 30, 0),
            (100, 20, 110, 31, 30, 0),
            (100, 20, 110, 20, 30, nil),
            (100, 0, 100, 1, 30, nil),
        ]
        for item in cases {
            let remaining = RemainingTime(start: item.start, firstStep: item.behind)
            #expect(remaining.seconds(now: item.now, step: item.step, totalSteps: item.total) == item.seconds)
        }
    }

    @Test("the smoothed loss starts with the first value, follows the rest and leaves out what is not finite")
    func smoothing() throws {
        var loss = SmoothedLoss(memory: 0.5)
        #expect(loss.value == nil)
        loss.add(.nan)
        #expect(loss.value == nil)
        for (value, mean) in [(4.0, 4.0), (1, 2), (.infinity, 2), (2, 2)] {
            loss.add(value)
            #expect(try abs(#require(loss.value) - mean) < 1e-12)  // A few roundings of numbers below 10.
        }
    }
}
