import Daemon
import Federation

/// What a page says of sets that are counted beside the division tree.
enum OverlayLines {
    /// Members for which nobody is registered: the reason for having no bound.
    static func unresolved(_ cut: CutWords, _ text: Messages) -> HTML {
        guard !cut.unresolved.isEmpty else { return "" }
        let codes = cut.unresolved.prefix(10).joined(separator: text("node.list_separator"))
        let values = ["count": "\(cut.unresolved.count)", "codes": codes]
        return "<p class=\"warn\">◇ \(text("dash.overlay.unresolved", values))</p>"
    }

    /// By what else a reader may count.
    static func others(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        let links = model.overlays.filter { $0.code.text != model.cut.code }.map { overlay -> HTML in
            let link = DashboardShell.link("/overlay/\(overlay.code)", text.language, model.asked)
            return "<li><a href=\"\(link)\">\(overlay.name)</a> \(text("cut.kind.\(overlay.kind.rawValue)"))</li>"
        }
        return links.isEmpty
            ? "" : "<section><h2>\(text("dash.overlays"))</h2><ul class=\"changes open\">\(links)</ul></section>"
    }
}
