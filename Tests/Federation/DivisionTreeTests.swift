import Testing

@testable import Federation

private let edition = DivisionEdition(name: "2023", validFrom: "2023-09-11")!

/// Rows from `code,name,level,parent_code` lines, the first of them line 2 of its file.
private func rows(_ text: String) -> [DivisionRow] {
    text.split(separator: "\n").enumerated().map { place, line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return DivisionRow(line: place + 2, code: fields[0], name: fields[1], level: fields[2], parentCode: fields[3])
    }
}

private func tree(_ text: String) throws -> DivisionTree { try DivisionTree(rows: rows(text), edition: edition) }

private func problems(_ text: String) -> [DivisionProblem] {
    let errors = #expect(throws: DivisionErrors.self) { try tree(text) }
    return errors?.problems ?? []
}

private let suizhou = """
    421303587002,吴家老湾社区,community,421303587000
    421300000000,随州市,city,420000000000
    421381000000,广水市,district,421300000000
    421303000000,曾都区,district,421300000000
    421303587000,随州市经济开发区,street,421303000000
    421303587001,望城岗社区,community,421303587000
    """

@Suite struct DivisionTreeShape {
    @Test func aPathLeadsFromTheRoot() throws {
        let tree = try tree(suizhou)
        let community = try #require(tree.index(of: "421303587002"))
        #expect(tree.path(of: community).map(tree.name) == ["随州市", "曾都区", "随州市经济开发区", "吴家老湾社区"])
        #expect(tree[community].level == .community)
        #expect(tree.roots == 0..<1)
        #expect(tree[0].parent == -1)
    }

    @Test func childrenStandSideBySideInTheOrderOfCodes() throws {
        let tree = try tree(suizhou)
        #expect(tree.children(of: 0).map { tree.name(of: $0) } == ["曾都区", "广水市"])
        let street = try #require(tree.index(of: "421303587000"))
        #expect(tree.children(of: street).map { tree.name(of: $0) } == ["望城岗社区", "吴家老湾社区"])
        for index in 0..<tree.count {
            #expect(tree.children(of: index).allSatisfy { tree.parent(of: $0) == index && $0 > index })
        }
    }

    @Test func theOrderOfLinesDoesNotMatter() throws {
        let (one, other) = (rows(suizhou), rows(suizhou).reversed())
        let trees = try [DivisionTree(rows: one, edition: edition), DivisionTree(rows: other, edition: edition)]
        #expect((0..<6).allSatisfy { trees[0][$0] == trees[1][$0] })
    }

    @Test func codesThatAreNotThereAreNotFound() throws {
        let tree = try tree(suizhou)
        #expect(tree.index(of: "421303587003") == nil)
        #expect(tree.index(of: "42130358700") == nil)
        #expect(tree.index(of: "999999999999") == nil)
    }

    @Test func aStreetMayStandBelowACity() throws {
        let tree = try tree("441900000000,东莞市,city,440000000000\n441900101000,石碣镇,street,441900000000")
        #expect(tree.parent(of: 1) == 0)
    }

    @Test func aTableMayHaveSeveralRootsWithAndWithoutParents() throws {
        let tree = try tree(
            "110000000000,北京市,province,\n420000000000,湖北省,province,\n421300000000,随州市,city,420000000000")
        #expect(tree.roots == 0..<2)
        #expect(tree.children(of: 0).isEmpty)
        #expect(tree.children(of: 1) == 2..<3)
    }

    @Test func codesKeepTheirZeros() {
        #expect(DivisionCode("001234567890")?.description == "001234567890")
        #expect(DivisionCode("١٢٣٤٥٦٧٨٩٠١٢") == nil)
    }
}

@Suite struct DivisionTreeProblems {
    @Test func allProblemsAreReportedAtOnceByLine() {
        let found = problems(
            """
            421300000000,随州市,city,420000000000
            421303,曾都区,district,421300000000
            421321000000,随县,county,421300000000
            421381000000,,district,421300000000
            421303587000,随州市经济开发区,street,421303000000
            421300000000,随州市,city,420000000000
            421303587002,吴家老湾社区,community,421300000000
            421321101000,厉山镇,street,421321000000
            421321102000,高城镇,street,4213
            """)
        #expect(
            found.map(\.kind) == [
                .badCode("421303"), .unknownLevel("county"), .noName, .orphan(parentCode: "421303000000"),
                .duplicate(code: "421300000000", firstLine: 2),
                .wrongParent(level: .community, parentLevel: .city, parentLine: 2), .badParentCode("4213"),
            ])
        #expect(found.map(\.line) == [3, 4, 5, 6, 7, 8, 10])
        #expect(found.allSatisfy { !$0.message.isEmpty && !$0.hint.isEmpty })
    }

    @Test func onlyTheHighestLevelMayLackItsParent() {
        #expect(problems("421300000000,随州市,city,\n421303000000,曾都区,district,").map(\.kind) == [.orphan(parentCode: "")])
    }

    @Test func aDivisionIsNotItsOwnParent() {
        let kind = DivisionProblem.Kind.wrongParent(level: .city, parentLevel: .city, parentLine: 2)
        #expect(problems("421300000000,随州市,city,421300000000").map(\.kind) == [kind])
    }

    @Test func aTableWithoutLinesIsRefused() {
        #expect(problems("").map(\.kind) == [.empty])
    }
}

@Suite struct DivisionEditions {
    @Test func anEditionIsInForceFromItsFirstDayToTheNextOnes() throws {
        let edition = try #require(DivisionEdition(name: "2023", validFrom: "2023-09-11", validUntil: "2024-10-01"))
        #expect(
            ["2023-09-10", "2023-09-11", "2024-09-30", "2024-10-01"].map(edition.isInForce) == [
                false, true, true, false,
            ])
    }

    @Test(arguments: ["2023-9-11", "2023-02-29", "2023-13-01", "20230911", "२०२३-०९-११", ""])
    func whatIsNoDayIsRefused(_ day: String) {
        #expect(DivisionEdition(name: "2023", validFrom: day) == nil)
    }

    @Test func anEditionEndsAfterItBegins() {
        #expect(DivisionEdition(name: "2023", validFrom: "2023-09-11", validUntil: "2023-09-11") == nil)
        #expect(DivisionEdition(name: "", validFrom: "2023-09-11") == nil)
    }
}

/// As large as the national table, made up.
@Test func aTreeOfManyDivisionsIsConsistent() throws {
    var rows = [DivisionRow(line: 2, code: "100000000000", name: "省", level: "province", parentCode: "")]
    func add(_ code: Int, _ level: String, _ parent: Int) {
        rows.append(
            DivisionRow(
                line: rows.count + 2, code: String(code), name: "\(code)", level: level, parentCode: String(parent)))
    }
    let province = 100_000_000_000
    for city in 1...5 {
        add(province + city * 100_000_000, "city", province)
        for district in 1...5 {
            let code = province + city * 100_000_000 + district * 1_000_000
            add(code, "district", province + city * 100_000_000)
            for street in 1...8 {
                add(code + street * 1_000, "street", code)
                for community in 1...20 { add(code + street * 1_000 + community, "community", code + street * 1_000) }
            }
        }
    }
    let tree = try DivisionTree(rows: rows.shuffled(), edition: edition)
    #expect(tree.count == rows.count)
    #expect(rows.allSatisfy { row in tree.index(of: row.code).map { tree.name(of: $0) } == row.name })
    let communities = (0..<tree.count).filter { tree.level(of: $0) == .community }
    #expect(communities.allSatisfy { tree.path(of: $0).count == 5 })
}
