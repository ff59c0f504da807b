import Coverage
import Daemon
import Federation
import Wire

/// Of a community beside its figures: orders and who has read them, what was rung up and by whom, where somebody may ring up more, and households
/// that two compounds have.
enum CommunitySections {
    static func html(_ affairs: CommunityAffairs, asOf now: Int64, asked: Code?, _ text: Messages) -> HTML {
        "\(orders(affairs, now, asked, text))\(calls(affairs, now, asked, text))\(shared(affairs, now, asked, text))"
    }

    /// Beside a unit's own list of calls.
    static func ofUnit(_ affairs: CommunityAffairs, asOf now: Int64, asked: Code?, _ text: Messages) -> HTML {
        let forms = affairs.compounds.filter { affairs.takesCalls && $0.standing != .known }
            .map { PhoneInForm.folded($0.code, affairs.campaign, asked: asked, text) }
        return "\(orders(affairs, now, asked, text))\(forms)\(shared(affairs, now, asked, text))"
    }

    // MARK: Orders

    private static func orders(_ affairs: CommunityAffairs, _ now: Int64, _ asked: Code?, _ text: Messages) -> HTML {
        guard !affairs.orders.isEmpty else { return "" }
        let items = affairs.orders.map { order -> HTML in
            let directive = order.directive
            let held = order.held.map { compound, state -> HTML in
                let link = DashboardShell.link("/unit/\(compound.code)", text.language, asked)
                return """
                    <li><a href="\(link)">\(compound.name)</a> <span class="\(state.style)">\(state.mark) \(text("directive.state.\(state.rawValue)"))</span></li>
                    """
            }
            return """
                <li><p>\(DirectiveWordsText.kind(directive, text)) <b>\(directive.title)</b>
                <span class="muted">\(DirectiveWordsText.head(directive, asOf: now, text))</span></p>
                <p class="words">\(directive.text)</p><ul>\(held)</ul></li>
                """
        }
        let earlier: HTML =
            affairs.earlierOrders > 0
            ? "<p class=\"muted\">\(text("directive.earlier", ["count": "\(affairs.earlierOrders)"]))</p>" : ""
        return "<section><h2>\(text("directive.title"))</h2><ul class=\"items\">\(items)</ul>\(earlier)</section>"
    }

    // MARK: Calls

    private static func calls(_ affairs: CommunityAffairs, _ now: Int64, _ asked: Code?, _ text: Messages) -> HTML {
        let items = affairs.compounds.compactMap { compound -> HTML? in
            let isTaken = affairs.takesCalls && compound.standing != .known
            guard isTaken || !compound.calls.isEmpty else { return nil }
            let form: HTML = isTaken ? PhoneInForm.folded(compound.code, affairs.campaign, asked: asked, text) : ""
            let lines = PhonedInText.lines(compound.calls, asOf: now, namesRound: false, text)
            return """
                <li><a href="\(DashboardShell.link("/unit/\(compound.code)", text.language, asked))"><b>\(compound.name)</b></a>
                <span class="\(compound.standing.style)">\(compound.standing.mark) \(text("dash.state.\(compound.standing.word)"))</span>
                <ul>\(lines)</ul>\(form)</li>
                """
        }
        guard !items.isEmpty else { return "" }
        return "<section><h2>\(text("dash.phoned_in"))</h2><ul class=\"items\">\(items)</ul></section>"
    }

    // MARK: Households that two compounds have

    private static func shared(_ affairs: CommunityAffairs, _ now: Int64, _ asked: Code?, _ text: Messages) -> HTML {
        guard !affairs.shared.isEmpty else { return "" }
        let heads = ["who", "owner", "households", "since"].map {
            "<th scope=\"col\">\(text("dash.shared.\($0)"))</th>" as HTML
        }
        let rows = affairs.shared.map { line -> HTML in
            let who = line.claimants.map { claimant(name($0, asked, text), $0, text) }
            let owner = line.owner.map { name(line.claimants[$0], asked, text) } ?? "–"
            return """
                <tr><td>\(who)</td><td>\(owner)</td><td>\(FigureText.number(Int64(line.households)))</td>
                <td>\(FigureText.time(line.since, asOf: now))</td></tr>
                """
        }
        return """
            <section><h2>\(text("dash.shared"))</h2><table class="table"><thead><tr>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></section>
            """
    }

    private static func claimant(_ name: HTML, _ claimant: CommunityAffairs.Shared.Claimant, _ text: Messages) -> HTML {
        let telephone = claimant.compound?.telephone ?? ""
        let rings: HTML =
            telephone.isEmpty
            ? "" : " <a href=\"tel:\(telephone)\">\(text("dash.duty", ["number": telephone]))</a>"
        return "<p>\(name) \(text(claimant.counts ? "dash.shared.counts" : "dash.shared.leaves"))\(rings)</p>"
    }

    private static func name(
        _ claimant: CommunityAffairs.Shared.Claimant, _ asked: Code?, _ text: Messages
    ) -> HTML {
        guard let compound = claimant.compound else { return "\(text("dash.shared.elsewhere"))" }
        let link = DashboardShell.link("/unit/\(compound.code)", text.language, asked)
        return "<a href=\"\(link)\">\(compound.name)</a>"
    }
}
