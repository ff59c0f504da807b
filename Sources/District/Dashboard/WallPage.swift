import Daemon
import Federation
import Wire

/// A place on a screen on the wall: no links to follow, nothing to scroll, read from five metres.
enum WallPage {
    static func html(_ whole: DivisionPage.Model, _ text: Messages) -> HTML {
        var model = whole
        model.targets = nearest(model.targets, asOf: model.asOf)
        return """
            <h1>\(model.campaign) · \(model.path.last?.name ?? "")
            <small>\(text("dash.as_of", ["at": FigureText.time(model.asOf), "cut": model.cut.text(text), "rules": model.rules]))</small></h1>
            \(DivisionTiles.html(model, text))\(RingList.html(model, most: 4, text))\(below(model, text))
            """
    }

    /// The last target whose time has come, and the next one: eight have no room.
    static func nearest(_ standings: [TargetStanding], asOf now: Int64) -> [TargetStanding] {
        let (past, ahead) = (standings.filter { $0.target.at <= now }, standings.filter { $0.target.at > now })
        return Array(past.suffix(1) + ahead.prefix(1))
    }

    private static func below(_ model: DivisionPage.Model, _ text: Messages) -> HTML {
        model.children.count > WallTiles.mostCourses ? WallTiles.html(model, text) : RoundCards.html(model, text)
    }
}
