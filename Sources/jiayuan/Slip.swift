import District

/// The sheet that goes to a compound: one A4 page of plain text, ended by a form feed.
enum Slip {
    enum Kind: String { case node, aggregator }

    /// Most children are on other machines, where this address is their own.
    static func warnOfLoopback(_ parentURL: String) {
        guard ["127.0.0.1", "localhost", "[::1]"].contains(where: { parentURL.contains("//\($0)") }) else { return }
        Console.error("the slips name \(parentURL), which is right on this machine only; --parent-url names another")
    }

    /// - Parameter kind: of the machine that it is for, as `jiayuan init` calls it.
    static func text(_ slip: AdminRoutes.SlipLine, parentURL: String, for kind: Kind = .node) -> String {
        let token = slip.token ?? "（已发放，未变更 · issued before, unchanged）"
        return """
            家园 · \(kind == .node ? "小区节点" : "下级汇总")接入单 · Enrolment slip
            ────────────────────────────────────────────────────────────
            \(kind == .node ? "小区 Compound        " : "辖区 Division        ")\(slip.name)
            编码 Code            \(slip.unit)
            值班电话 Duty phone  \(slip.dutyTelephone)
            上级地址 Aggregator  \(parentURL)
            上级标识 Identity    \(slip.parent)
            口令 Token           \(token)
            ────────────────────────────────────────────────────────────
            \(kind == .node ? "在小区主机上运行 · On the compound's machine run" : "在下级汇总主机上运行 · On the aggregator below run"):

              sudo jiayuan init \(kind.rawValue) --unit \(slip.unit) --parent \(parentURL)

            按提示输入口令。口令只印在本单，请妥善保管；遗失请电话挂失重发。
            It asks for the token, which is printed on this slip only. If it is lost, ask for a new one.
            \u{0C}
            """
    }
}
