/// How large a world is.
package enum Profile: String, CaseIterable, Sendable {
    /// The demo: the article's compound, five small ones in two districts, and one unit for residents
    /// outside any compound.
    case xs = "XS"
    /// The urban communities of one district (曾都区), about 325 compounds.
    case s = "S"
    /// One city with its villages (随州市), about 1,680 units.
    case m = "M"
    /// The urban communities of one large city (武汉市), 7,148 compounds.
    case l = "L"

    /// How many units a world of this profile has where no list of communities limits it.
    var units: Int {
        switch self {
        case .xs: 7
        case .s: 325
        case .m: 1_680
        case .l: 7_148
        }
    }

    /// Which of the listed communities the profile speaks about: S the urban ones of the first
    /// district, M all of the first city, L the urban ones of the whole list.
    func selection(from communities: [Community]) -> [Community] {
        guard let first = communities.min(by: { $0.code < $1.code }) else { return [] }
        return switch self {
        case .xs: []
        case .s: communities.filter { $0.isUrban && $0.district == first.district }
        case .m: communities.filter { $0.city == first.city }
        case .l: communities.filter(\.isUrban)
        }
    }
}
