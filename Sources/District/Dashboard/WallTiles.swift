import Coverage
import Daemon
import Federation

/// Many places on one screen, where there is no room for their courses: a tile each, with its figure and a bar in which what may
/// be is hatched. Whoever isn't heard has words and no number.
enum WallTiles {
    /// Of so many places the course is drawn; of more there is no room for it.
    static let mostCourses = 12
    /// What can be read from five metres.
    static let most = 28

    static func html(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        let children = model.children
        let shown = children.count > most ? Array(DivisionPage.leastFirst(children).prefix(most)) : children
        let left = children.count - shown.count
        let more: HTML = left > 0 ? "<p class=\"muted\">\(text("dash.wall.more", ["count": "\(left)"]))</p>" : ""
        return """
            <section><h2>\(text("dash.cards"))</h2><ul class="cards small">\(shown.map { tile($0, text) })</ul>\(more)</section>
            """
    }

    private static func tile(_ child: DivisionPage.Model.Child, _ text: Messages) -> HTML {
        guard let figure = child.figures.measures.of(.completion)?.figure else { return "" }
        let name = child.figures.name
        return """
            <li class="card \(child.isCurrent ? "" : "unheard")"><strong>\(name)</strong><p>\(said(child, figure, text))</p>\(
                FigureText.bar(figure, label: name))</li>
            """
    }

    private static func said(_ child: DivisionPage.Model.Child, _ figure: Figure, _ text: Messages) -> HTML {
        guard let standing = child.standing else { return "<b>\(FigureText.range(figure, text))</b>" }
        guard child.isCurrent else {
            return "<span class=\"\(standing.style)\">\(standing.mark) \(text("dash.state.\(standing.word)"))</span>"
        }
        return "<span class=\"\(standing.style)\">\(standing.mark)</span> <b>\(FigureText.range(figure, text))</b>"
    }
}
