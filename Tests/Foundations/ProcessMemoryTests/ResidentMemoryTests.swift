import Files
import ProcessMemory
import Testing

@Suite("Resident memory")
struct ResidentMemoryTests {
    @Test("sizes are read from the status of a process as its manual says, and nothing else is taken for one")
    func memory() {
        let status = "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t     1024 kB\nVmX:\t12\nVmY:\t-1 kB\nVmZ: \(Int.max) kB\n"
        let cases = [("VmRSS", 1_048_576), ("VmHWM", 2_097_152), ("VmX", nil), ("VmY", nil), ("VmZ", nil), ("Vm", nil)]
        for (field, bytes) in cases { #expect(statusBytes(field, in: status) == bytes, "\(field)") }
        #expect(statusBytes("VmRSS", in: "") == nil)
    }

    @Test("this process has some memory, and has a peak that is not below it")
    func thisProcess() {
        let now = residentMemory()
        #expect(now > 1_000_000)
        #expect(peakResidentMemory() >= now)
    }
}
