import Daemon
import Federation

/// The frame: buildings, doors, residents; buildings by lines such as `1-8栋，每栋2单元×18层×2户`, doors by a pasted table.
enum RegistryPage {
    /// What somebody typed, and what became of it.
    enum Typed {
        case table(String, ImportReport)
        case lines(String, BuildingPlan)

        /// Nobody types anything twice: it stays until all of it is taken.
        var left: (table: String, lines: String) {
            switch self {
            case .table(let table, let report): (report.applied && report.lines == report.good ? "" : table, "")
            case .lines(let lines, let plan): ("", plan.applied && plan.problems.isEmpty ? "" : lines)
            }
        }
    }

    static func html(
        _ overview: RegistryOverview, conflicts: Int, _ typed: Typed?, _ links: Links, _ text: Messages
    ) -> HTML {
        """
        <div class="tiles"><section class="tile"><h2>\(text("node.column.households"))</h2><p class="big">\(overview.households)</p></section>
        <section class="tile"><h2>\(text("node.column.residents"))</h2><p class="big">\(overview.residents)</p></section>
        <section class="tile"><h2>\(text("node.column.doors"))</h2><p class="big">\(overview.doors)</p></section></div>
        \(typed.map { became($0, text) } ?? "")\(ConflictList.notice(conflicts, links, text))
        <div class="columns"><section><h1>\(text("node.registry.buildings"))</h1><table class="table"><thead><tr>
        \(["building", "doors", "households", "vacant", "residents"].map { "<th scope=\"col\">\(text("node.column.\($0)"))</th>" as HTML })
        </tr></thead><tbody>\(overview.buildings.map { row($0, text) })</tbody></table></section>
        <section>\(lines(typed?.left.lines ?? "", links, text))\(table(typed?.left.table ?? "", links, text))\(building(links, text))</section></div>
        """
    }

    private static func became(_ typed: Typed, _ text: Messages) -> HTML {
        switch typed {
        case .table(_, let report): html(report, text)
        case .lines(_, let plan): html(plan, text)
        }
    }

    private static func row(_ building: RegistryOverview.Building, _ text: Messages) -> HTML {
        """
        <tr><th scope="row">\(building.label ?? text("node.building", ["code": building.code]))</th><td>\(building.doors)</td><td>\(building.households)</td>
        <td>\(building.vacant)</td><td>\(building.residents)</td></tr>
        """
    }

    private static func building(_ links: Links, _ text: Messages) -> HTML {
        """
        <details><summary>\(text("node.registry.add"))</summary>
        <form class="form" method="post" action="\(links("/desk/registry/building"))">
        <label>\(text("node.registry.number")) <input name="building" required pattern="[A-Za-z0-9._:]+"></label>
        <label>\(text("node.registry.stair_units")) <input name="stair_units" type="number" min="1" max="50" value="2" required></label>
        <label>\(text("node.registry.floors")) <input name="floors" type="number" min="1" max="99" value="11" required></label>
        <label>\(text("node.registry.per_floor")) <input name="doors_per_floor" type="number" min="1" max="99" value="2" required></label>
        <label>\(text("node.registry.address")) <input name="address" maxlength="100"></label>
        <button class="primary">\(text("node.save"))</button></form></details>
        """
    }

    private static func lines(_ typed: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <form id="lines" class="form" method="post" action="\(links("/desk/registry/buildings"))"><h2>\(text("node.registry.lines"))</h2>
        <label>\(text("node.registry.lines_hint")) <textarea name="lines" rows="3" required>\(typed)</textarea></label>
        <button name="apply" value="0">\(text("node.registry.check"))</button>
        <button class="primary" name="apply" value="1">\(text("node.registry.build"))</button></form>
        """
    }

    private static func html(_ plan: BuildingPlan, _ text: Messages) -> HTML {
        let entries = plan.entries.map { entry -> HTML in
            let values = ["doors": "\(entry.doors)", "before": "\(entry.doorsBefore)"]
            let name = entry.building.label ?? text("node.building", ["code": entry.building.code.text])
            return "<li>\(name) \(text("node.registry.plan.\(entry.change.rawValue)", values))</li>"
        }
        let sum = text(
            plan.applied ? "node.registry.built" : "node.registry.planned",
            ["buildings": "\(plan.entries.count)", "doors": "\(plan.doors)"])
        let total: HTML = plan.entries.isEmpty ? "" : "<p>\(sum)</p>"
        let build: HTML =
            plan.isOpen
            ? "<button form=\"lines\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.build"))</button>"
            : ""
        return """
            <section class="\(plan.problems.isEmpty ? "ok" : "warn")">\(total)
            \(items(plan.problems, text))<ul class="plan">\(entries)</ul>\(build)</section>
            """
    }

    private static func items(_ problems: [ImportProblem], _ text: Messages) -> HTML {
        let items = problems.prefix(listed).map { problem -> HTML in
            "<li>\(text("node.registry.line", ["line": "\(problem.line)"])) \(problem.message(text))\(text("node.registry.hint", ["hint": problem.hint(text)]))</li>"
        }
        return items.isEmpty ? "" : "<ul>\(items)</ul>"
    }

    private static func table(_ typed: String, _ links: Links, _ text: Messages) -> HTML {
        """
        <form id="table" class="form" method="post" action="\(links("/desk/registry/import"))"><h2>\(text("node.registry.paste"))</h2>
        <label>\(text("node.registry.paste_hint")) <textarea name="table" rows="6" required>\(typed)</textarea></label>
        <button name="apply" value="0">\(text("node.registry.check"))</button>
        <button class="primary" name="apply" value="1">\(text("node.registry.take"))</button></form>
        """
    }

    private static func html(_ report: ImportReport, _ text: Messages) -> HTML {
        if let fault = report.fault {
            return
                "<section class=\"bad\" role=\"alert\"><p>\(text("node.registry.line", ["line": "\(fault.line)"])) \(fault.message(text))</p><p>\(fault.hint(text))</p></section>"
        }
        let values = [
            "lines": "\(report.lines)", "good": "\(report.good)", "unchanged": "\(report.unchanged)",
            "problems": "\(report.lines - report.good)",
        ]
        let key = report.applied ? "node.registry.taken" : "node.registry.checked"
        let notes = [("sums", report.sums), ("merged", report.merged)].filter { $0.1 > 0 }
            .map { text("node.registry.\($0.0)", ["count": "\($0.1)"]) }.joined()
        let unlisted = report.lines - report.good - min(report.problems.count, listed)
        let more: HTML = unlisted > 0 ? "<p>\(text("node.registry.more", ["count": "\(unlisted)"]))</p>" : ""
        // The table stands further down in its form; nobody should have to look for the next step.
        let take: HTML =
            !report.applied && report.good > report.unchanged
            ? "<button form=\"table\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.take"))</button>"
            : ""
        return
            "<section class=\"\(report.problems.isEmpty ? "ok" : "warn")\"><p>\(text(key, values))\(notes)</p>\(items(report.problems, text))\(more)\(take)</section>"
    }

    /// Problems that a page lists.
    private static let listed = 100
}
