package import Daemon

/// `aggregator.yaml`.
package struct AggregatorSettings: Sendable {
    package var state: String
    package var listen: Listen
    package var socket: String
    package var readToken: String?
    package var pace: Pace

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
        pace = Pace(
            milliseconds: Int(values["pace_ms"] ?? "") ?? 60_000,
            graceMilliseconds: Int(values["grace_ms"] ?? "") ?? 30_000,
            leaseMilliseconds: Int(values["lease_ms"] ?? "") ?? 300_000)
        listen = Listen(values["listen"] ?? "") ?? .tcp(host: "127.0.0.1", port: 8470)
    }
}
