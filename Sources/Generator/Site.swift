/// What kind of place a unit is; decides its buildings, gates and vacancy.
package enum Settlement: String, Sendable, CaseIterable {
    /// Built before 2000, stairs only (老旧小区).
    case walkUp
    case estate
    /// 还建小区
    case resettlement
    /// 城中村: rows of low houses.
    case urbanVillage
    /// A village: its hamlets (湾) are its buildings.
    case hamlets
    /// Residents outside any compound (散居户).
    case scattered
    /// The compound of the news story, whose numbers are given.
    case article
}

/// A unit before its buildings are drawn.
package struct Site: Hashable, Sendable {
    /// Community code, hyphen, serial; serial `000` is kept for residents outside any compound.
    package var code: String
    package var name: String
    package var community: Community
    package var kind: Settlement
    /// How many occupied households its drawing aims at.
    package var households: Int

    /// 千千水岸, the compound of the article.
    package static let articleCode = "421303587002-001"
    package static let articleHouseholds = 1_280
    package static let articleResidents = 3_200

    init(community: Community, serial: Int, name: String, kind: Settlement, households: Int) {
        code = "\(community.code)-\(Digits.padded(serial, 3))"
        self.name = name
        self.community = community
        self.kind = kind
        self.households = households
    }
}

/// The units of one community, drawn from the community's own stream.
struct SiteDrawing {
    let seed: UInt64

    func sites(of community: Community) -> [Site] {
        guard community.isUrban else { return [hamlets(of: community)] }
        var stream = Streams(seed: seed, code: community.code).stream(.community)
        let count = stream.quantile(SiteDrawing.compoundsPerCommunity)
        let hasScattered = count > 1 && stream.chance(1, of: 5)
        // Beyond 20 a community is one of small yards, not of large estates.
        let compounds = (1...(hasScattered ? count - 1 : count)).map { compound($0, of: community, yard: count > 20) }
        return hasScattered ? [scattered(of: community)] + compounds : compounds
    }

    private func compound(_ serial: Int, of community: Community, yard: Bool) -> Site {
        var site = Site(community: community, serial: serial, name: "", kind: .walkUp, households: 0)
        guard site.code != Site.articleCode else { return .article }
        var stream = Streams(seed: seed, code: site.code).stream(.site)
        site.kind = yard ? .walkUp : SiteDrawing.kinds[stream.place(in: SiteDrawing.kindWeights)]
        site.households = yard ? 20 + stream.below(100) : stream.quantile(SiteDrawing.households(site.kind))
        site.name = "样例小区\(community.code.suffix(6))-\(serial)"
        return site
    }

    private func hamlets(of community: Community) -> Site {
        var site = Site(community: community, serial: 1, name: "", kind: .hamlets, households: 0)
        var stream = Streams(seed: seed, code: site.code).stream(.site)
        site.households = (1...(1 + stream.below(10))).reduce(0) { sum, _ in sum + 15 + stream.below(46) }
        site.name = "样例村\(community.code.suffix(6))"
        return site
    }

    private func scattered(of community: Community) -> Site {
        var site = Site(community: community, serial: 0, name: "散居户", kind: .scattered, households: 0)
        var stream = Streams(seed: seed, code: site.code).stream(.site)
        site.households = 20 + stream.below(100)
        return site
    }

    /// Mean 5, median 4, 95th percentile 12, at most 40.
    static let compoundsPerCommunity = [
        Quantile(0, 1), Quantile(250, 2), Quantile(500, 4), Quantile(750, 6), Quantile(950, 12), Quantile(990, 20),
        Quantile(1000, 40),
    ]

    static let kinds: [Settlement] = [.walkUp, .estate, .resettlement, .urbanVillage]
    static let kindWeights = [45, 35, 12, 8]

    /// Log-normal by median and 95th percentile (walk-up 180 and 900, estate 700 and 2,200, resettlement
    /// 900 and 2,400, village in the city 250 and 930).
    static func households(_ kind: Settlement) -> [Quantile] {
        switch kind {
        case .walkUp, .scattered, .hamlets: table(20, 36, 93, 180, 348, 900, 1_800)
        case .estate, .article: table(80, 223, 438, 700, 1_119, 2_200, 4_000)
        case .resettlement: table(120, 335, 600, 900, 1_349, 2_415, 4_000)
        case .urbanVillage: table(30, 67, 146, 250, 429, 933, 2_000)
        }
    }

    private static func table(_ values: Int...) -> [Quantile] {
        zip([0, 50, 250, 500, 750, 950, 1000], values).map { Quantile($0, $1) }
    }
}
