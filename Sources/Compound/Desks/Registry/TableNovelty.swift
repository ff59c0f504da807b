import Daemon

/// Buildings and doors that a table brings: one that nobody knows may be another one mistyped.
struct TableNovelty {
    let report: ImportReport
    let text: Messages

    var html: HTML {
        let novelty = report.novelty
        var parts: [HTML] = []
        if novelty.buildings > 0 {
            let words = novelty.first.map { building in
                let name = text("node.building", ["code": building.code])
                return text("node.table.new_building", ["name": name, "doors": "\(building.doors)"])
            }
            let rest = novelty.buildings > words.count ? text("node.table.and_more") : ""
            let values = [
                "count": "\(novelty.buildings)",
                "buildings": words.joined(separator: text("node.table.separator")) + rest,
            ]
            parts.append("<p>\(text(key("new_buildings"), values))</p>")
        }
        if novelty.doors.count > 0 {
            let values = ["count": "\(novelty.doors.count)", "doors": novelty.doors.text(text)]
            parts.append("<p>\(text(key("new_doors"), values))</p>")
        }
        return parts.isEmpty ? "" : "<section class=\"novelty\">\(parts)</section>"
    }

    private func key(_ what: String) -> String { "node.table.\(what)\(report.applied ? ".taken" : "")" }
}

/// Lines that differ from what a person has said since: what stands, who said it, and a box for whoever knows better.
struct TableCorrections {
    let report: ImportReport
    /// Id of the form that sends it.
    let form: String
    let now: Int64
    let text: Messages

    /// Names of the boxes: one for each door, and one for all, which says how many they were when it was shown.
    static let (box, all) = ("take.", "take_all")

    var html: HTML {
        let listing = report.listing
        guard !listing.corrections.isEmpty else { return "" }
        let items = listing.corrections.map { "<li>\(item($0))</li>" as HTML }
        let hidden = listing.kept - listing.corrections.count { !$0.isOverruled }
        let more: HTML = hidden > 0 ? "<p>\(text("node.table.corrections_more", ["count": "\(hidden)"]))</p>" : ""
        let every: HTML =
            report.applied || listing.kept < 2
            ? "" : check(TableCorrections.all, value: listing.standing, false, text("node.table.overrule_all"))
        let title = report.applied ? "node.table.corrections_kept" : "node.table.corrections"
        return """
            <section class="warn"><p>\(text(title, ["count": "\(listing.kept)"]))</p>
            <ul class="corrections">\(items)</ul>\(more)\(every)</section>
            """
    }

    private func item(_ correction: Correction) -> HTML {
        let sentence = sentence(correction)
        guard !report.applied else { return "\(sentence)" }
        return
            "\(sentence) \(check(TableCorrections.box + correction.door, correction.isOverruled, text("node.table.overrule")))"
    }

    private func sentence(_ correction: Correction) -> String {
        var values = [
            "door": correction.door, "by": Clerk.words(correction.recorder, text),
            "at": Clock.text(correction.at, asOf: now), "table": household(correction.residents, correction.state),
        ]
        guard case .household(let residents, let state) = correction.standing else {
            return text("node.table.withdrawn", values)
        }
        values["standing"] = household(residents, state)
        return text("node.table.corrected", values)
    }

    private func household(_ residents: Int, _ state: String) -> String {
        text("node.conflict.residents", ["residents": "\(residents)", "state": text("node.household.\(state)")])
    }

    private func check(_ name: String, value: Int = 1, _ isChosen: Bool, _ words: String) -> HTML {
        let chosen: HTML = isChosen ? " checked" : ""
        return
            "<label class=\"check\"><input type=\"checkbox\" form=\"\(form)\" name=\"\(name)\" value=\"\(value)\"\(chosen)> \(words)</label>"
    }
}
