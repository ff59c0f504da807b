import Compound
import District
import Federation

/// Invariant 14: nothing that belongs to a person or a door crosses a link, upward or downward, in whatever field; and
/// what households are claimed by stays below the aggregator that settles the claims. Judged are the bytes as they are
/// sent.
final class NoPersonalField: Checker {
    private unowned let world: World
    /// Keys of claims and every token under them, as they are written.
    private lazy var secrets: Set<String> = {
        let keys = Rounds.all.indices.compactMap { world.campaign($0).claimKey }
        let tokens = world.districts.flatMap(\.addresses).flatMap { address in
            keys.compactMap { ClaimToken.of(address, key: $0)?.text }
        }
        return Set(keys.map { Hex.text($0) }).union(tokens)
    }()
    private lazy var relays = Set(world.districts.map(\.code))
    init(_ world: World) { self.world = world }

    func crosses(_ bytes: [UInt8], _ message: Message, of child: Code) {
        if let found = Personal.found(in: bytes) { world.violate(14, "a \(message) of \(child) holds “\(found)”") }
        guard relays.contains(child.text) else { return }
        let words = bytes.split { !Code.allows($0) }.lazy.map { String(decoding: $0, as: UTF8.self) }
        if words.contains(where: secrets.contains) {
            world.violate(14, "a \(message) of \(child) holds what a household is claimed by")
        }
    }
}
