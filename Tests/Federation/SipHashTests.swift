import Testing

@testable import Federation

/// The first bytes of the reference implementation's table for 128 bits: key 00 01 … 0f, input 00 01 … (n − 1).
@Suite struct SipHashTests {
    private static let key = (0..<16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }

    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
        (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
    ])
    func reference(length: Int, digest: String) {
        var hasher = SipHash128(key: Self.key)
        hasher.combine(bytes: (0..<length).map { UInt8($0) })
        #expect(Hex.text(hasher.finish()) == digest)
    }

    @Test func wordsAreEightBytesLeastSignificantFirst() {
        for lead in 0..<9 {
            var words = SipHash128(key: Self.key)
            var bytes = SipHash128(key: Self.key)
            for byte in 0..<lead {
                words.combine(byte: UInt8(byte))
                bytes.combine(byte: UInt8(byte))
            }
            words.combine(word: 0x0102_0304_0506_0708)
            bytes.combine(bytes: [8, 7, 6, 5, 4, 3, 2, 1])
            #expect(words.finish() == bytes.finish())
        }
    }
}
