import Daemon
import Federation
import Foundation

/// Aggregators below this one, as the commands register them.
extension AdminRoutes {
    /// One slip, as for a unit.
    func relay(_ call: Call) async throws -> Reply {
        guard let code = call.query["code"].flatMap({ Code($0) }), let name = call.query["name"], !name.isEmpty else {
            throw Refused(problems: ["expected the code of a division, such as 421303000000, and a name"])
        }
        let relay = RegistryRelay(
            code: code, name: name, division: call.query["division"] ?? code.text,
            dutyTelephone: call.query["duty_telephone"] ?? "")
        try requireDivision(relay.division)
        guard try !aggregator.registry.units().contains(where: { $0.code == code }) else {
            throw Refused(problems: ["\(code) is a unit's code already"])
        }
        let known = try aggregator.registry.relays().contains { $0.code == code }
        let token = known && call.query["reissue"] != "1" ? nil : Token.random()
        try await aggregator.change { try $0.put(relay, tokenHash: token.map(Token.hash)) }
        let slip = SlipLine(
            unit: code.text, name: name, token: token, parent: "\(aggregator.identity)",
            dutyTelephone: relay.dutyTelephone)
        return Reply(status: 200, type: "application/json", body: Array(try JSONEncoder().encode(slip)))
    }

    /// The relay that the units of a table are counted through.
    func home(_ call: Call) throws -> Code? {
        guard let through = call.query["through"] else { return nil }
        guard let home = Code(through), try aggregator.registry.relays().contains(where: { $0.code == home }) else {
            throw Refused(problems: ["\(through) is no relay here; register it with `jiayuan relay add`"])
        }
        return home
    }
}
