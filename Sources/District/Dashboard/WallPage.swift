import Daemon
import Federation

/// A place on a screen on the wall: no links to follow, nothing to scroll, read from five metres.
enum WallPage {
    static func html(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        """
        <h1>\(model.campaign) · \(model.path.last?.name ?? "")
        <small>\(text("dash.as_of", ["at": FigureText.time(model.asOf), "cut": model.cut.text(text), "rules": model.rules]))</small></h1>
        \(DivisionTiles.html(model, text))\(RingList.html(model, most: 4, text))\(below(model, text))
        """
    }

    private static func below(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        model.children.count > WallTiles.mostCourses ? WallTiles.html(model, text) : RoundCards.html(model, text)
    }
}
