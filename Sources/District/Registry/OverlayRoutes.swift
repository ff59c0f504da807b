package import Daemon
import Federation
import Foundation

/// Overlays are written and listed over the local socket only.
package struct OverlayRoutes: Sendable {
    private let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            Route("POST", "/admin/overlays", bodyLimit: 16 * 1024 * 1024) { try await put($0) },
            Route("GET", "/admin/overlays") { try list($0) },
        ]
    }

    package struct Line: Codable, Sendable {
        package var code: String
        package var name: String
        package var kind: String
        /// On the day that was asked for.
        package var members: [String]
        /// Of these nobody knows what they have: neither a registered unit nor a division with units.
        package var unresolved: [String]
    }

    private func put(_ call: Call) async throws -> Reply {
        let table: OverlayTable
        do throws(CSVFault) { table = try OverlayTable(call.body) } catch {
            let fault = error
            throw AdminRoutes.Refused(problems: ["line \(fault.line): \(fault.message); \(fault.hint)"])
        }
        let tree = aggregator.look().rollup.tree
        let taken = table.overlays.filter { tree.place($0.code.text) != nil || tree.speaker($0.code) != nil }.map {
            "\($0.code) is the code of a division or unit already"
        }
        guard table.problems.isEmpty, taken.isEmpty else {
            throw AdminRoutes.Refused(problems: table.problems + taken)
        }
        try await aggregator.change { try $0.put(table.overlays) }
        let today = aggregator.today
        let lines = table.overlays.map { overlay in
            let members = OverlayMembers(overlay, aggregator.look().rollup.tree, on: today)
            return "\(overlay.code) \(overlay.name): \(members.units.count) units today"
                + (members.unresolved.isEmpty
                    ? "" : ", and nobody is registered for \(members.unresolved.joined(separator: " "))")
        }
        return .text(lines.joined(separator: "\n") + "\n")
    }

    private func list(_ call: Call) throws -> Reply {
        let day = call.query["on"] ?? aggregator.today
        guard Day.isDay(day) else { throw AdminRoutes.Refused(problems: ["on: expected a day such as 2022-04-06"]) }
        let picture = aggregator.look()
        let tree = try aggregator.tree(on: day)
        let lines = picture.overlays.map { overlay in
            Line(
                code: overlay.code.text, name: overlay.name, kind: overlay.kind.rawValue,
                members: overlay.members(on: day), unresolved: OverlayMembers(overlay, tree, on: day).unresolved)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Reply(status: 200, type: "application/json; charset=utf-8", body: Array(try encoder.encode(lines)))
    }
}
