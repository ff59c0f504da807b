import Daemon
import Federation

/// What lines of buildings, or the form for one, would make of the registry, or have made.
struct BuildingPlanView {
    let plan: BuildingPlan
    /// Id of the form that writes it.
    let form: String
    let text: Messages

    var html: HTML {
        let entries = plan.entries.map { "<li>\(name($0)) \(words($0))</li>" as HTML }
        let build: HTML =
            plan.isOpen
            ? "<button form=\"\(form)\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.build"))</button>"
            : ""
        let total: HTML = plan.entries.isEmpty ? "" : "<p>\(sum)</p>"
        return """
            <section class="\(isQuiet ? "ok" : "warn")" role="status">\(total)
            \(TableReport.items(plan.problems, text))<ul class="plan">\(entries)</ul>\(build)</section>
            """
    }

    /// Nothing that somebody should look at twice.
    private var isQuiet: Bool {
        plan.problems.isEmpty && plan.entries.allSatisfy { $0.going.count == 0 && !$0.isWithdrawn }
    }

    private func name(_ entry: BuildingPlan.Entry) -> String {
        entry.building.label ?? text("node.building", ["code": entry.building.code.text])
    }

    /// Exactly what is written, or would be: nobody is told of a building that was there.
    private var sum: String {
        let (new, changed, same) = (plan.entries(.new), plan.entries(.changed), plan.entries(.same))
        var parts: [String] = []
        if !new.isEmpty { parts.append(part("new", new, doors: new.reduce(0) { $0 + $1.doors })) }
        if !changed.isEmpty { parts.append(part("changed", changed, doors: 0)) }
        if !same.isEmpty { parts.append(part("same", same, doors: 0)) }
        let what = parts.joined(separator: text("node.registry.plan.separator"))
        if new.isEmpty, changed.isEmpty { return text("node.registry.nothing", ["what": what]) }
        return text(plan.applied ? "node.registry.built" : "node.registry.planned", ["what": what])
    }

    private func part(_ key: String, _ entries: [BuildingPlan.Entry], doors: Int) -> String {
        text("node.registry.plan.all_\(key)", ["buildings": "\(entries.count)", "doors": "\(doors)"])
    }

    private func words(_ entry: BuildingPlan.Entry) -> String {
        let values = ["doors": "\(entry.doors)", "before": "\(entry.doorsBefore)"]
        var parts = [text("node.registry.plan.\(entry.change.rawValue)", values)]
        if entry.change != .same {
            parts += restated(entry)
            if entry.isWithdrawn { parts.append(text("node.registry.plan.withdrawn")) }
            if entry.isListed { parts.append(text("node.registry.plan.listed")) }
        }
        if entry.change == .changed {
            let doors = [("coming", entry.coming), ("going", entry.going), ("staying", entry.staying)]
            parts += doors.filter { $0.1.count > 0 }.map { key, doors in
                text("node.registry.plan.\(key)", ["count": "\(doors.count)", "doors": doors.text(text)])
            }
        }
        return parts.joined(separator: text("node.registry.plan.separator"))
    }

    /// What is said of the building itself: the number of its doors may stay as it is.
    private func restated(_ entry: BuildingPlan.Entry) -> [String] {
        guard let before = entry.before else { return [] }
        let now = entry.building
        var parts: [String] = []
        func change(_ key: String, _ before: String, _ now: String) {
            parts.append(text("node.registry.plan.\(key)", ["before": before, "now": now]))
        }
        if !before.hasShape(of: now) { change("shape", shape(before), shape(now)) }
        if before.label != now.label { change("label", before.label ?? "–", now.label ?? "–") }
        if let address = now.address, address != before.address ?? "" {
            change("address", before.address ?? "–", address.isEmpty ? "–" : address)
        }
        return parts
    }

    private func shape(_ building: Record.Building) -> String {
        text(
            "node.registry.plan.shape_of",
            [
                "units": "\(building.stairUnits)", "floors": "\(building.floors)",
                "doors": "\(building.doorsPerFloor)",
            ])
    }
}

extension UnnamedDoors.Part {
    /// The first of them, and a mark where there are more.
    func text(_ text: Messages) -> String {
        first.joined(separator: text("node.table.separator")) + (count > first.count ? text("node.table.and_more") : "")
    }
}
