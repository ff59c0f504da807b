extension Site {
    /// 千千水岸: 1,280 occupied households, 3,200 residents, 24 buildings, 2 gates.
    static let article = Site(
        community: Community(code: "421303587002", name: "吴家老湾社区"), serial: 1, name: "千千水岸",
        kind: .article, households: articleHouseholds)

    /// Profile XS: six compounds in two districts, three of them in one community (they share one
    /// machine in the demo), and the residents outside any compound of the article's community.
    ///
    /// The communities are real, the compounds but the article's are not.
    static let demoCast: [Site] = [
        Site(community: wujialaowan, serial: 0, name: "散居户", kind: .scattered, households: 64),
        article,
        Site(community: chilun, serial: 1, name: "样例小区甲", kind: .walkUp, households: 190),
        Site(community: chilun, serial: 2, name: "样例小区乙", kind: .walkUp, households: 110),
        Site(community: chilun, serial: 3, name: "样例小区丙", kind: .estate, households: 260),
        Site(community: shennong, serial: 1, name: "样例小区丁", kind: .estate, households: 310),
        Site(community: beiyuan, serial: 1, name: "样例小区戊", kind: .walkUp, households: 140),
    ]

    private static let wujialaowan = Community(code: "421303587002", name: "吴家老湾社区")
    private static let chilun = Community(code: "421303003006", name: "齿轮居委会（社区）")
    private static let shennong = Community(code: "421321101001", name: "神农社区居民委员会")
    private static let beiyuan = Community(code: "421321109001", name: "北园居民委员会")
}
