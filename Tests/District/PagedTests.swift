import Testing

@testable import District

@Suite struct PagedTests {
    @Test(arguments: [0, 1, 255, 256, 257, 1000]) func itHoldsWhatAnArrayHolds(_ count: Int) {
        var (paged, array) = (Paged(0..<count), Array(0..<count))
        #expect(Array(paged) == array && paged.count == count && paged.last == array.last)
        for place in stride(from: 0, to: count, by: 97) {
            paged[place] *= -3
            array[place] *= -3
        }
        #expect(Array(paged) == array && paged.enumerated().allSatisfy { array[$0.offset] == $0.element })
    }

    /// What somebody reads stays as it was, whatever is changed meanwhile.
    @Test func aCopyKeepsWhatItHad() {
        var paged = Paged(Array(repeating: ["a"], count: 600))
        let picture = paged
        paged[0].append("b")
        paged[599] = ["c"]
        #expect(picture.allSatisfy { $0 == ["a"] })
        #expect(paged[0] == ["a", "b"] && paged[599] == ["c"] && paged[1...598].allSatisfy { $0 == ["a"] })
    }
}
