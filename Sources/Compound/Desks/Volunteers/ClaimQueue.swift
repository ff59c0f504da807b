import Daemon
import GRDB

/// Who waits for one building in one role: whoever signed up together stands there together.
struct ClaimQueue {
    private var places: [String: Int] = [:]
    private var next = 0

    /// - Parameter claim: the next in the queue.
    mutating func place(of claim: VolunteerBoard.Claim) -> Int {
        // Who gave it up or didn't come shares with nobody; whom others name need not be there any more.
        let names = claim.isStanding ? [claim.with, claim.volunteer].compactMap { $0 } : []
        let place = names.compactMap { places[$0] }.first ?? next
        next = max(next, place + 1)
        for name in names { places[name] = place }
        return place
    }

    /// One name for all who share a building: that of the first of them, who need not be there any more.
    static func party(of claim: Row) -> String {
        claim["shared_with"] as String? ?? claim["volunteer"]
    }
}

extension VolunteerBoard {
    /// Those who share a building with a claimant, in the queue's order.
    func partners(of claim: Claim) -> [Claim] {
        guard claim.isStanding else { return [] }
        return claims.filter { other in
            other.isStanding && other.building == claim.building && other.role == claim.role
                && other.rank == claim.rank && other.volunteer != claim.volunteer
        }
    }

    /// Whether there is still something to do for him there: what one of two has done is done.
    func isAtWork(_ claim: Claim) -> Bool {
        claim.rank == 0 && claim.state == Record.Claim.claimed.rawValue
            && !partners(of: claim).contains { $0.state == Record.Claim.done.rawValue }
    }
}

extension ConflictChoice {
    /// Claimants of one building who say that they go there together: one more button for each who is reserve.
    static func together(_ conflict: Conflict, _ text: Messages) -> [ConflictChoice] {
        guard case .building(let building, let role, let task)? = conflict.matter,
            let holder = conflict.statements.first(where: \.stands)?.words["volunteer"]
        else { return [] }
        return conflict.statements.compactMap { statement in
            guard !statement.stands, let volunteer = statement.words["volunteer"] else { return nil }
            let values = ["volunteer": VolunteerName.text(volunteer), "holder": VolunteerName.text(holder)]
            return ConflictChoice(
                label: text("node.conflict.together", values), action: "/desk/volunteers/claim",
                fields: [
                    ("task", task), ("building", building), ("volunteer", volunteer), ("state", "claimed"),
                    ("with", holder),
                ] + role.named,
                supersedes: [])
        }
    }
}
