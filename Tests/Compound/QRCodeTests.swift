import Daemon
import Testing

@testable import Compound

/// The code itself is libqrencode's; what is ours is how it is drawn.
@Suite struct QRCodeTests {
    @Test func theCodeOfALinkHasItsThreeCornersAndAQuietEdge() throws {
        let link = "http://192.168.1.20:8080/i/0123456789abcdef0123456789abcdef"
        let svg = try #require(QRCode.svg(link, label: "<i>")).source
        let side = try #require(svg.firstMatch(of: #/viewBox="0 0 (\d+) (\d+)"/#)).output
        #expect(side.1 == side.2 && (Int(side.1) ?? 0) >= 29 + 8)
        let rows = svg.matches(of: #/M(\d+) (\d+)h(\d+)v1H(\d+)z/#).compactMap { match in
            [match.output.1, match.output.2, match.output.3, match.output.4].compactMap { Int($0) }
        }
        let last = (Int(side.1) ?? 0) - 5
        #expect(rows.allSatisfy { $0[0] >= 4 && $0[0] + $0[2] <= last + 1 && $0[0] == $0[3] && $0[1] <= last })
        // The upper edges of the two upper corners, the lower edge of the lower one.
        #expect(
            rows.contains([4, 4, 7, 4]) && rows.contains([last - 6, 4, 7, last - 6]) && rows.contains([4, last, 7, 4]))
        #expect(svg.contains("aria-label=\"&lt;i&gt;\""))
    }

    @Test func aTextThatIsTooLongHasNone() {
        #expect(QRCode.svg(String(repeating: "x", count: 3000), label: "") == nil)
    }
}
