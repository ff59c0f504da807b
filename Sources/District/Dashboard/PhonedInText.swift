import Daemon
import Federation

/// How counts that were phoned in are marked wherever they show: hatched, with who and when.
enum PhonedInText {
    static func who(_ call: PhoneIn, asOf now: Int64, _ text: Messages) -> String {
        text(
            "dash.phoned_in.who",
            ["at": FigureText.time(call.at, asOf: now), "caller": call.caller, "officer": call.officer])
    }

    /// A unit's calls, the last first: what stands is hatched, what was replaced or ended is crossed out, with what the
    /// node said when it came back.
    ///
    /// - Parameter namesRound: where calls of several rounds stand together.
    static func lines(_ calls: [PhoneIn], asOf now: Int64, namesRound: Bool, _ text: Messages) -> [HTML] {
        calls.reversed().map { call in
            let isReplaced = calls.contains { $0.campaign == call.campaign && $0.number > call.number }
            return line(call, isReplaced: isReplaced, now, namesRound: namesRound, text)
        }
    }

    private static func line(
        _ call: PhoneIn, isReplaced: Bool, _ now: Int64, namesRound: Bool, _ text: Messages
    ) -> HTML {
        var about = [who(call, asOf: now, text)]
        if namesRound { about.insert(call.campaign.text, at: 0) }
        if let people = people(call.counts, text) { about.append(people) }
        if !call.reason.isEmpty { about.append(call.reason) }
        let (said, words) = ("\(call.counts.done) / \(call.counts.due)", about.joined(separator: " · "))
        guard let returned = call.returned else {
            return isReplaced
                ? "<li class=\"muted\"><s>\(said)</s> \(words)<br>\(text("dash.phoned_in.replaced"))</li>"
                : "<li><span class=\"phoned\">\(said)</span> \(words)</li>"
        }
        let values = [
            "at": FigureText.time(returned.at, asOf: now), "node": "\(returned.counts.done) / \(returned.counts.due)",
            "done": signed(returned.counts.done - call.counts.done),
            "due": signed(returned.counts.due - call.counts.due),
        ]
        return "<li class=\"muted\"><s>\(said)</s> \(words)<br>\(text("dash.phoned_in.ended", values))</li>"
    }

    private static func people(_ counts: PhoneIn.Counts, _ text: Messages) -> String? {
        counts.tested.flatMap { tested in
            counts.residents.map { text("dash.phoned_in.people", ["tested": "\(tested)", "residents": "\($0)"]) }
        }
    }

    private static func signed(_ number: Int64) -> String { number > 0 ? "+\(number)" : "\(number)" }

    /// Nothing where no call stands; one with its names, several by their number.
    static func mark(_ calls: [PhoneIn], asOf now: Int64, _ text: Messages) -> HTML {
        guard let call = calls.first else { return "" }
        let words =
            calls.count == 1
            ? who(call, asOf: now, text) : text("dash.phoned_in.several", ["count": "\(calls.count)"])
        return "<br><span class=\"phoned\">\(words)</span>"
    }
}
