import Testing

@testable import Daemon

@Suite struct PinGateTests {
    private let gate = PinGate(pin: "246810")

    private func call(_ cookie: String = "", from peer: String = "192.0.2.1") -> Call {
        Call(method: "GET", path: "/survey", headers: ["cookie": "\(PinGate.cookie)=\(cookie)"], peer: peer)
    }

    @Test func aRightPINOpensForTheBrowserThatSaidIt() throws {
        #expect(gate.check(call(), now: 0) == .ask)
        #expect(gate.enter("000000", peer: "a", now: 0) == nil)
        let cookie = try #require(gate.enter("246810", peer: "a", now: 0))
        #expect(gate.check(call(cookie), now: 0) == .open && gate.check(call(cookie + "x"), now: 0) == .ask)
        #expect(gate.check(call(cookie), now: 12 * 3600) == .ask, "a session ends")
    }

    @Test func withoutAPINEverythingIsOpen() {
        #expect(PinGate(pin: nil).check(call(), now: 0) == .open)
        #expect(PinGate(pin: nil).admits(header: nil, peer: "a", now: 0))
    }

    /// A script that polls once a second must not sign out the people at the desk.
    @Test func aHeaderBeginsNoSession() throws {
        let cookie = try #require(gate.enter("246810", peer: "a", now: 0))
        for _ in 0..<1000 { #expect(gate.admits(header: "PIN 246810", peer: "b", now: 1)) }
        #expect(gate.check(call(cookie), now: 2) == .open)
        #expect(!gate.admits(header: "PIN 1", peer: "b", now: 1) && !gate.admits(header: nil, peer: "b", now: 1))
        #expect(!gate.admits(header: "Bearer 246810", peer: "b", now: 1))
    }

    @Test func tenWrongTriesCloseAMinuteForTheirAddressAlone() {
        for _ in 0..<10 { #expect(gate.enter("1", peer: "192.0.2.66", now: 5) == nil) }
        #expect(gate.check(call(from: "192.0.2.66"), now: 6) == .wait)
        #expect(gate.enter("246810", peer: "192.0.2.66", now: 64) == nil, "a right PIN is not heard meanwhile")
        #expect(!gate.admits(header: "PIN 246810", peer: "192.0.2.66", now: 64))
        #expect(gate.check(call(), now: 6) == .ask && gate.enter("246810", peer: "192.0.2.1", now: 6) != nil)
        #expect(gate.enter("246810", peer: "192.0.2.66", now: 65) != nil)
    }

    @Test func aRightPINForgetsTheWrongOnes() {
        for round in 0..<5 {
            for _ in 0..<9 { #expect(gate.enter("1", peer: "a", now: Int64(round)) == nil) }
            #expect(gate.enter("246810", peer: "a", now: Int64(round)) != nil)
        }
    }

    /// Addresses are cheap for whoever has a network of them: what is remembered is bounded, the latest stay.
    @Test func addressesAreForgottenInTheOrderOfTheirTries() {
        for _ in 0..<10 { _ = gate.enter("1", peer: "first", now: 0) }
        for index in 0..<1023 { _ = gate.enter("1", peer: "\(index)", now: 1) }
        #expect(gate.check(call(from: "first"), now: 2) == .wait)
        _ = gate.enter("1", peer: "one more", now: 2)
        #expect(gate.check(call(from: "first"), now: 2) == .ask)
    }
}
