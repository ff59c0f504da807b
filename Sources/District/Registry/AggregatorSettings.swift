package import Daemon
package import Federation
import Sync

/// `aggregator.yaml`.
package struct AggregatorSettings: Sendable {
    package var state: String
    package var listen: Listen
    package var socket: String
    package var readToken: String?
    /// Nil: officers publish by command only.
    package var adminToken: String?
    package var pace: Pace
    /// Seconds between two samples of how a round goes.
    package var seriesSeconds: Int64
    /// Nil at the top.
    package var upward: Upward?

    /// The aggregator above, and who this one is to it.
    package struct Upward: Sendable {
        package var parent: String
        package var unit: Code
        package var token: String
        package var sidecar: String
        package var caFile: String?
    }

    package static let options: [Setting] = [
        Setting(
            "state", fallback: "/var/lib/jiayuan/aggregator",
            comment: ("数据目录（登记库 registry.sqlite 与汇总库 rows.sqlite）", "Folder of registry.sqlite and rows.sqlite"),
            check: Check.path),
        Setting(
            "listen", fallback: "127.0.0.1:8470",
            comment: ("监听地址；开放给小区前请设置 read_token", "Address and port to listen on; set read_token before opening it"),
            check: Check.listen),
        Setting(
            "socket", fallback: "/run/jiayuan/aggregator.sock",
            comment: ("本机管理套接字，命令行用", "Local socket that the commands talk to"), check: Check.path),
        Setting(
            "read_token", fallback: "",
            comment: ("查看统计的口令；留空则只有本机可看", "Token for reading figures; empty: only this machine may read"),
            check: Check.optional { $0.utf8.count >= 16 ? nil : "must have at least 16 characters" }),
        Setting(
            "admin_token", fallback: "",
            comment: (
                "在网页上发布指令、通知的口令；留空则只能用命令行", "Token for publishing orders and notices on pages; empty: by command only"
            ), check: Check.optional { $0.utf8.count >= 16 ? nil : "must have at least 16 characters" }),
        Setting(
            "pace_ms", fallback: "60000",
            comment: ("要求各小区上报的间隔（毫秒）", "Milliseconds between two reports of a compound"),
            check: Check.number(100...900_000)),
        Setting(
            "grace_ms", fallback: "30000",
            comment: ("迟到多久仍算按时（毫秒）", "How late a report may be and still keep its appointment, in milliseconds"),
            check: Check.number(100...900_000)),
        Setting(
            "lease_ms", fallback: "300000",
            comment: (
                "原节点多久没有消息后，恢复的节点才能接替（毫秒）",
                "A silent node may be replaced by its restored copy after at least this many milliseconds"
            ), check: Check.number(1000...86_400_000)),
        Setting(
            "series_seconds", fallback: "300",
            comment: (
                "每隔多少秒记一次各单位的进度，供走势图用", "Seconds between two samples of how a round goes, for charts"
            ), check: Check.number(5...3600)),
        Setting(
            "parent", fallback: "",
            comment: ("上级汇总地址，印在接入单上；最高一级留空", "Address of the aggregator above, from the slip; empty at the top"),
            check: Check.optional(Check.url)),
        Setting(
            "unit", fallback: "", comment: ("本汇总的编码，印在接入单上", "Code of this aggregator, from the slip"),
            check: Check.optional {
                Code($0) == nil ? "expected a code such as 421303000000, not \"\($0)\"" : nil
            }),
        Setting(
            "token", fallback: "", comment: ("接入口令，印在接入单上；勿外传", "The token, from the slip; keep it secret"),
            check: Check.optional(Check.token)),
        Setting(
            "sidecar", fallback: "",
            comment: (
                "防回退标记文件，不要放进备份；留空为数据目录旁的 sidecars 目录",
                "Marker that shows a restored backup; keep it out of backups; empty: in the folder sidecars beside the state folder"
            ), check: Check.optional(Check.path)),
        Setting(
            "ca_file", fallback: "",
            comment: (
                "上级 https 证书的签发者（PEM），没有则留空", "PEM file that an https aggregator is checked against; may be empty"
            ),
            check: Check.optional(Check.path)),
    ]

    /// Figures are for signed-in staff: off this machine they are never open.
    private static let readTokenIsSet: SettingsFile.Together = { values in
        guard let listen = Listen(values["listen"] ?? ""), !listen.isLoopback, values["read_token"] ?? "" == "" else {
            return nil
        }
        return ("read_token", "is needed because listen is not a loopback address; set 16 characters or more")
    }

    package init(file: String) throws { try self.init(text: SettingsFile.read(file), file: file) }

    /// - Parameter file: for the problems that are found.
    package init(text: String, file: String) throws {
        let values = try SettingsFile.parse(
            text, file: file, AggregatorSettings.options, together: AggregatorSettings.readTokenIsSet)
        state = values["state"] ?? ""
        socket = values["socket"] ?? ""
        readToken = values["read_token"].flatMap { $0.isEmpty ? nil : $0 }
        adminToken = values["admin_token"].flatMap { $0.isEmpty ? nil : $0 }
        pace = Pace(
            milliseconds: Int(values["pace_ms"] ?? "") ?? 60_000,
            graceMilliseconds: Int(values["grace_ms"] ?? "") ?? 30_000,
            leaseMilliseconds: Int(values["lease_ms"] ?? "") ?? 300_000)
        seriesSeconds = Int64(values["series_seconds"] ?? "") ?? 300
        listen = Listen(values["listen"] ?? "") ?? .tcp(host: "127.0.0.1", port: 8470)
        upward = try AggregatorSettings.upward(values, file)
    }

    private static func upward(_ values: [String: String], _ file: String) throws -> Upward? {
        func given(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }
        guard let parent = given("parent") else { return nil }
        guard let unit = given("unit").flatMap({ Code($0) }), let token = given("token") else {
            throw SettingsErrors(
                problems: ["unit", "token"].filter { given($0) == nil }.map {
                    .init(
                        file: file, line: 0, key: $0, message: "is needed because parent is set; it stands on the slip")
                })
        }
        return Upward(
            parent: parent, unit: unit, token: token,
            sidecar: given("sidecar") ?? Sidecar.path(beside: values["state"] ?? ""), caFile: given("ca_file"))
    }
}
