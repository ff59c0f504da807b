import Daemon
import Federation

/// Why nobody owes anything in a round now. Silence is no alarm then: after a round offices are switched off for the night.
enum RoundRest: Equatable {
    case over
    /// It opens then: seconds since 1970.
    case before(Int64)

    /// - Returns: nil while the round is going on; one that is late is.
    init?(_ campaign: RegistryCampaign, now: Int64) {
        if campaign.closed {
            self = .over
        } else if campaign.opens > now {
            self = .before(campaign.opens)
        } else {
            return nil
        }
    }

    func words(asOf now: Int64, _ text: Messages) -> String {
        switch self {
        case .over: text("dash.rest.over")
        case .before(let opens): text("dash.rest.before", ["at": FigureText.time(opens, asOf: now)])
        }
    }
}
