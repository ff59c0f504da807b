import Daemon

/// What is copied into the owners' chat: the call, the shorter reminder, the thanks, the hand-over.
struct CallTexts {
    private let board: VolunteerBoard
    /// Seconds since 1970.
    private let now: Int64
    private let text: Messages

    init(_ board: VolunteerBoard, now: Int64, _ text: Messages) {
        (self.board, self.now, self.text) = (board, now, text)
    }

    /// Buildings that a message names; a longer list is read by nobody.
    static let named = 30

    /// In the order in which they are wanted now: while people are short the call comes first, then the thanks. None before
    /// anybody has said how many are needed: nobody is thanked for nothing.
    var all: [(name: String, body: String)] {
        guard board.need > 0 else { return [] }
        let isWanted = board.short > 0 || !board.unclaimed.isEmpty
        let names = isWanted ? ["call", "reminder", "handover"] : ["thanks", "handover"]
        return names.map { ($0, text("node.call.\(variant($0))", values)) }
    }

    /// A task without buildings thanks for none.
    private func variant(_ name: String) -> String {
        name == "thanks" && board.buildings.isEmpty ? "thanks.no_buildings" : name
    }

    private var values: [String: String] {
        [
            "task": board.name, "short": "\(board.short)", "need": "\(board.need)", "filled": "\(board.filled)",
            "at": Clock.text(now, asOf: now), "people": people, "unclaimed": unclaimed,
            "example": text("node.building", ["code": board.unclaimed.first ?? board.buildings.first ?? "3"]),
            "buildings": "\(board.buildings.count)", "done": "\(board.done.count)", "open": open, "roles": roles,
            "missing": missing,
        ]
    }

    /// What each role lacks, where the task is split into roles.
    private var roles: String {
        let short = board.roles.compactMap { post -> String? in
            guard post.short > 0, let role = VolunteerRole(rawValue: post.role), role != .general else { return nil }
            return text(
                "node.call.role",
                ["role": role.words(text), "short": "\(post.short)", "need": "\(post.need)"])
        }
        guard !short.isEmpty else { return "" }
        return "\n" + text("node.call.roles", ["roles": short.joined(separator: text("node.list_separator"))])
    }

    /// Whoever takes over has to know who was expected and isn't there.
    private var missing: String {
        guard !board.noShows.isEmpty else { return "" }
        let names = board.noShows.map(VolunteerName.text).joined(separator: text("node.list_separator"))
        return "\n" + text("node.call.missing", ["names": names])
    }

    private var people: String {
        board.short > 0
            ? text("node.call.short", ["short": "\(board.short)"])
            : text("node.call.enough", ["filled": "\(board.filled)"])
    }

    private var unclaimed: String {
        guard !board.buildings.isEmpty else { return text("node.volunteers.no_buildings") }
        guard !board.unclaimed.isEmpty else { return text("node.volunteers.all_claimed") }
        return text("node.call.unclaimed", ["buildings": list(board.unclaimed)])
    }

    /// Who is still at work, building by building.
    private var open: String {
        // Who share a building stand there once, under the first of them.
        let parties = board.claims.filter(board.isAtWork).filter { claim in
            board.claims.first { $0.building == claim.building && $0.role == claim.role && board.isAtWork($0) } == claim
        }
        let working = parties.map { claim in
            let people = [claim] + board.partners(of: claim)
            let names = people.map { VolunteerName.text($0.volunteer) }.joined(separator: text("node.call.and"))
            let place = "\(text("node.building", ["code": claim.building])) \(names)"
            guard let from = people.lazy.compactMap(\.from).first else { return place }
            return text("node.call.from", ["who": place, "at": Clock.text(from, asOf: now)])
        }
        return working.isEmpty ? text("node.call.nobody_open") : working.joined(separator: text("node.list_separator"))
    }

    private func list(_ codes: [String]) -> String {
        let named = codes.prefix(CallTexts.named).joined(separator: text("node.code_separator"))
        guard codes.count > CallTexts.named else { return text("node.call.buildings", ["codes": named]) }
        return text("node.call.more", ["codes": named, "count": "\(codes.count)"])
    }
}
