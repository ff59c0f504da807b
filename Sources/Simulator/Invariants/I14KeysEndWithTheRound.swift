import Coverage
import District
import Federation
import Wire

/// Invariant 14, for claims: tokens are personal data to whoever has their key. When a round is closed the key and
/// the tokens are gone at every level, and the figures stand.
final class KeysEndWithTheRound: Checker {
    private unowned let world: World
    init(_ world: World) { self.world = world }

    func healed() {
        let before = world.districts.map { evidence($0) }
        for district in world.districts { district.close(0) }
        world.close(0)
        guard Operators(world).waitForAgreement(until: world.now + World.healPhase) else {
            return world.violate(14, "a closed round is not laid down: \(world.checks.disagreement() ?? "")")
        }
        for (district, old) in zip(world.districts, before) {
            if evidence(district) != old {
                world.violate(2, "closing a round changed the figures of district \(district.number)")
            }
            for unit in district.content.units where holdsClaims(unit.code, district) {
                world.violate(14, "\(unit.code): tokens of a closed round are still held")
            }
        }
        world.count(.claimKeyEnded)
    }

    private func evidence(_ district: DistrictMachine) -> String {
        "\(district.ledger?.figure(district.code, .completion, Rounds.all[0])?.evidence as Any)"
    }

    private func holdsClaims(_ unit: Code, _ district: DistrictMachine) -> Bool {
        let rows = district.held(unit)?.rows.keys.contains { $0.dataset == Rounds.claims && $0.period == Rounds.all[0] }
        let document = district.document(for: unit)?.0
        let told = document?.campaigns.contains { $0.code == Rounds.all[0].text && $0.claimKey != nil }
        return rows == true || told == true || document?.notYours?[Rounds.all[0].text] != nil
    }
}
