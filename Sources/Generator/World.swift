/// A unit as the register above it knows it, before it has said anything.
package struct ReportingUnit: Hashable, Sendable {
    package let site: Site
    /// All doors, and the most people any state of the survey can count: ceilings for a silent unit.
    package let expectedHouseholds: Int
    package let expectedResidents: Int
    /// From the range of numbers that is given to nobody.
    package let dutyTelephone: String

    package var code: String { site.code }
    package var name: String { site.name }
    package var community: String { site.community.code }
    package var street: String { site.community.street }
    package var district: String { site.community.district }
    package var city: String { site.community.city }
}

/// A deterministic world: equal profile, seed and communities give equal bytes on every machine.
///
/// A world holds its list of units only. A compound is made when it is asked for, alone, so that
/// memory is bounded by the largest compound and not by the city.
package struct World: Sendable {
    package let profile: Profile
    package let seed: UInt64
    /// In ascending order of codes.
    package let units: [ReportingUnit]
    /// The division table of invented communities; empty where the communities were given.
    package let divisions: [DivisionLine]

    /// - Parameter communities: the communities of the area, from a division table; ignored by profile
    ///   XS, whose cast is fixed. Empty for communities that exist nowhere (codes from `9901…`), of
    ///   which there are as many as the profile's number of units needs.
    package init(profile: Profile, seed: UInt64, communities: [Community] = []) {
        self.profile = profile
        self.seed = seed
        let sites: [Site]
        if profile == .xs {
            (sites, divisions) = (Site.demoCast, [])
        } else if communities.isEmpty {
            sites = World.inventedSites(profile, seed)
            divisions = InventedCommunities.divisions(of: World.communities(of: sites))
        } else {
            (sites, divisions) = (World.sites(profile, seed, communities), [])
        }
        units = sites.sorted { $0.code < $1.code }.map { ReportingUnit(site: $0, seed: seed) }
    }

    package func plan(of unit: ReportingUnit) -> CompoundPlan { CompoundPlan(site: unit.site, seed: seed) }

    package func evening(of unit: ReportingUnit) -> Evening { Evening(plan: plan(of: unit), seed: seed) }

    private static func sites(_ profile: Profile, _ seed: UInt64, _ communities: [Community]) -> [Site] {
        let sites = profile.selection(from: communities).flatMap(SiteDrawing(seed: seed).sites)
        return profile == .l ? Array(sites.prefix(profile.units)) : sites
    }

    private static func inventedSites(_ profile: Profile, _ seed: UInt64) -> [Site] {
        let (communities, drawing) = (InventedCommunities(profile: profile), SiteDrawing(seed: seed))
        var sites: [Site] = []
        for index in 0... {
            guard sites.count < profile.units else { break }
            sites += drawing.sites(of: communities.community(index))
        }
        return Array(sites.prefix(profile.units))
    }

    /// Each once, in order.
    private static func communities(of sites: [Site]) -> [Community] {
        var seen: Set<Community> = []
        return sites.map(\.community).filter { seen.insert($0).inserted }
    }
}

extension ReportingUnit {
    fileprivate init(site: Site, seed: UInt64) {
        let plan = CompoundPlan(site: site, seed: seed)
        var stream = Streams(seed: seed, code: site.code).stream(.telephone)
        self.site = site
        expectedHouseholds = plan.households.count
        expectedResidents = plan.mostResidents
        dutyTelephone = "0722-555-" + Digits.padded(100 + stream.below(100), 4)
    }
}
