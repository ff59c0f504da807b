import Daemon
import Federation

/// The units that an overlay has on a day, in a hierarchy.
struct OverlayMembers: Sendable {
    /// Each once, however many members it lies below.
    private(set) var units: Set<Int> = []
    /// Codes that stand for no unit that is counted: what is behind them nobody knows.
    private(set) var unresolved: [String] = []

    init(_ overlay: Overlay, _ tree: PlaceTree, on day: String) {
        for code in overlay.members(on: day) {
            if let place = tree.place(code) {
                units.formUnion(tree.units(below: place))
            } else if let unit = Code(code).flatMap({ tree.unit($0) }), tree.isCounted(unit) {
                units.insert(unit)
            } else {
                unresolved.append(code)
            }
        }
    }
}

/// By what figures are added up: every total says it.
struct CutWords: Sendable, Equatable {
    /// `division`, or the kind of an overlay.
    var kind: String
    var code: String?
    var name: String?
    /// The division edition, or the day on which the overlay had these members.
    var version: String?
    /// Members of which nobody knows what they have: there is no bound.
    var unresolved: [String]

    var isOverlay: Bool { code != nil }

    static func divisions(_ edition: String?) -> CutWords {
        CutWords(kind: "division", version: edition, unresolved: [])
    }

    /// Such as 按“高新区”口径.
    func text(_ text: Messages) -> String {
        guard let name else { return text("cut.division", ["edition": version ?? "–"]) }
        return text("cut.overlay", ["name": name, "kind": text("cut.kind.\(kind)"), "day": version ?? "–"])
    }
}

extension Picture {
    /// By what these figures are added up.
    var cutWords: CutWords { overlayWords ?? .divisions(edition) }

    /// The figures of a round over the units of an overlay, by the code that adds up a division's: under one place, the
    /// overlay, and in no other.
    ///
    /// - Parameter day: on which the overlay has these members.
    func along(_ overlay: Overlay, _ round: Code, on day: String) -> Picture {
        let members = OverlayMembers(overlay, rollup.tree, on: day)
        let tree = rollup.tree.gathered(
            members.units, unresolved: members.unresolved.count,
            under: PlaceTree.Place(code: overlay.code.text, name: overlay.name, level: "overlay", parent: -1))
        var picture = self
        picture.rollup = rollup.gathered(tree, round) { block($0, $1) ?? RowBlock() }
        picture.claims = claims.gathered(tree)
        picture.overlayWords = CutWords(
            kind: overlay.kind.rawValue, code: overlay.code.text, name: overlay.name, version: day,
            unresolved: members.unresolved)
        return picture
    }

    /// The same, as a page asks: on the day on which the round was closed, else today.
    func along(_ overlay: Overlay, _ round: RegistryCampaign) -> Picture {
        along(round.code).along(overlay, round.code, on: Day.of(round.closedAt ?? wall))
    }
}
