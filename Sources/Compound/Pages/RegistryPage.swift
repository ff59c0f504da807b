import Daemon

/// The frame: buildings, doors, residents; a building in two lines of numbers, doors by a pasted table.
enum RegistryPage {
    /// A table that was pasted, and what became of it.
    struct Pasted {
        var table: String
        var report: ImportReport

        /// Nobody types a table twice: it stays until all of it is taken.
        var left: String { report.applied && report.lines == report.good ? "" : table }
    }

    static func html(
        _ overview: RegistryOverview, conflicts: Int, _ pasted: Pasted?, _ links: Links, _ text: Messages
    ) -> HTML {
        """
        <div class="tiles"><section class="tile"><h2>\(text("node.column.households"))</h2><p class="big">\(overview.households)</p></section>
        <section class="tile"><h2>\(text("node.column.residents"))</h2><p class="big">\(overview.residents)</p></section>
        <section class="tile"><h2>\(text("node.column.doors"))</h2><p class="big">\(overview.doors)</p></section></div>
        \(pasted.map { html($0.report, text) } ?? "")\(ConflictList.notice(conflicts, links, text))
        <div class="columns"><section><h1>\(text("node.registry.buildings"))</h1><table class="table"><thead><tr>
        \(["building", "doors", "households", "vacant", "residents"].map { "<th scope=\"col\">\(text("node.column.\($0)"))</th>" as HTML })
        </tr></thead><tbody>\(overview.buildings.map { row($0, text) })</tbody></table></section>
        <section>\(building(links, text))\(table(pasted?.left ?? "", links, text))</section></div>
        """
    }

    private static func row(_ building: RegistryOverview.Building, _ text: Messages) -> HTML {
        """
        <tr><th scope="row">\(building.label ?? text("node.building", ["code": building.code]))</th><td>\(building.doors)</td><td>\(building.households)</td>
        <td>\(building.vacant)</td><td>\(building.residents)</td></tr>
        """
    }

    private static func building(_ links: Links, _ text: Messages) -> HTML {
        """
        <form class="form" method="post" action="\(links("/desk/registry/building"))"><h2>\(text("node.registry.add"))</h2>
        <label>\(text("node.registry.number")) <input name="building" required pattern="[A-Za-z0-9._:]+"></label>
        <label>\(text("node.registry.stair_units")) <input name="stair_units" type="number" min="1" max="50" value="2" required></label>
        <label>\(text("node.registry.floors")) <input name="floors" type="number" min="1" max="99" value="11" required></label>
        <label>\(text("node.registry.per_floor")) <input name="doors_per_floor" type="number" min="1" max="99" value="2" required></label>
        <label>\(text("node.registry.address")) <input name="address" maxlength="100"></label>
        <button class="primary">\(text("node.save"))</button></form>
        """
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
        let problems = report.problems.prefix(listed).map { problem -> HTML in
            "<li>\(text("node.registry.line", ["line": "\(problem.line)"])) \(problem.message(text))\(text("node.registry.hint", ["hint": problem.hint(text)]))</li>"
        }
        let unlisted = report.lines - report.good - problems.count
        let more: HTML = unlisted > 0 ? "<p>\(text("node.registry.more", ["count": "\(unlisted)"]))</p>" : ""
        // The table stands further down in its form; nobody should have to look for the next step.
        let take: HTML =
            !report.applied && report.good > report.unchanged
            ? "<button form=\"table\" class=\"primary\" name=\"apply\" value=\"1\">\(text("node.registry.take"))</button>"
            : ""
        return
            "<section class=\"\(report.problems.isEmpty ? "ok" : "warn")\"><p>\(text(key, values))</p><ul>\(problems)</ul>\(more)\(take)</section>"
    }

    /// Problems that a page lists.
    private static let listed = 100
}
