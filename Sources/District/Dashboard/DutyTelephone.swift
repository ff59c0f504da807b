import Daemon

/// A number to tap. Where the registry has none that is said: a link that rings nobody costs a minute at night.
enum DutyTelephone {
    static func link(_ number: String, _ words: String, _ text: Messages) -> HTML {
        number.isEmpty
            ? "<span class=\"muted\">\(text("dash.no_duty"))</span>"
            : "<a class=\"one\" href=\"tel:\(number)\">\(words)</a>"
    }
}
