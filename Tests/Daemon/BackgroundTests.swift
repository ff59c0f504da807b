import Foundation
import Testing

@testable import Daemon

@Suite struct BackgroundTests {
    /// The calling thread's, as Linux counts it.
    private static var steps: Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

    private static func reckon(_ number: Int) async -> (number: Int, steps: Int32) { (number * 2, steps) }

    @Test func workStepsBackAndWhoeverAskedForItDoesNot() async {
        let begun = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(getpid()))
        await withTaskGroup(of: (Int, Int32).self) { group in
            for number in 0..<500 {
                group.addTask { await withTaskExecutorPreference(Background.shared) { await Self.reckon(number) } }
            }
            var numbers: [Int] = []
            for await (number, steps) in group {
                numbers.append(number)
                #expect(steps == min(begun + 5, 19))
            }
            #expect(numbers.sorted() == (0..<500).map { $0 * 2 }, "each is done, and once")
        }
        #expect(Self.steps < begun + 5, "whoever asked goes on where he was")
    }
}
