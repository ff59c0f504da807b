package import Daemon
package import Federation
import Sync

/// `node.yaml`.
package struct NodeSettings: Sendable {
    package var unit: Code
    package var state: String
    package var sidecar: String
    package var listen: Listen
    package var socket: String
    /// Nil only where pages are open to this machine alone.
    package var pin: String?
    package var parent: String
    package var token: String
    package var caFile: String?

    package static let options: [Setting] = [
        Setting(
            "unit", fallback: nil, comment: ("小区编码，印在接入单上", "Code of the compound, from its enrolment slip"),
            check: { Code($0) == nil ? "expected a code such as 421303587002-001, not \"\($0)\"" : nil }),
        Setting(
            "state", fallback: "/var/lib/jiayuan/node",
            comment: ("数据目录；居民信息只存在这里", "Folder of the journal; residents' data stay here"), check: Check.path),
        Setting(
            "sidecar", fallback: "",
            comment: (
                "防回退标记文件，不要放进备份；留空为数据目录旁的 sidecars 目录",
                "Marker that shows a restored backup; keep it out of backups; empty: in the folder sidecars beside the state folder"
            ), check: Check.optional(Check.path)),
        Setting(
            "listen", fallback: "127.0.0.1:8080",
            comment: (
                "页面地址；改为局域网地址（如 192.168.1.20:8080）后，页面会要求输入 pin",
                "Address of the pages; on a LAN address, such as 192.168.1.20:8080, they ask for the pin"
            ), check: Check.listen),
        Setting(
            "socket", fallback: "/run/jiayuan/node.sock",
            comment: ("本机管理套接字，命令行用", "Local socket that the commands talk to"), check: Check.path),
        Setting(
            "pin", fallback: "", comment: ("页面口令，6 位以上", "What the pages ask for, 6 characters or more"),
            check: Check.optional { $0.utf8.count >= 6 ? nil : "must have at least 6 characters" }),
        Setting(
            "parent", fallback: nil, comment: ("上级汇总地址，印在接入单上", "Address of the aggregator, from the slip"),
            check: Check.url),
        Setting(
            "token", fallback: nil, comment: ("接入口令，印在接入单上；勿外传", "The token, from the slip; keep it secret"),
            check: Check.token),
        Setting(
            "ca_file", fallback: "",
            comment: (
                "上级 https 证书的签发者（PEM），没有则留空", "PEM file that an https aggregator is checked against; may be empty"
            ),
            check: Check.optional(Check.file)),
    ]

    /// Names are behind the pages: off this machine they are never open.
    private static let pinIsSet: SettingsFile.Together = { values in
        guard let listen = Listen(values["listen"] ?? ""), !listen.isLoopback, values["pin"] ?? "" == "" else {
            return nil
        }
        return ("pin", "is needed because listen is not a loopback address; set 6 characters or more")
    }

    package init(file: String) throws { try self.init(text: SettingsFile.read(file), file: file) }

    /// - Parameter file: for the problems that are found.
    package init(text: String, file: String) throws {
        let values = try SettingsFile.parse(text, file: file, NodeSettings.options, together: NodeSettings.pinIsSet)
        guard let unit = Code(values["unit"] ?? ""), let listen = Listen(values["listen"] ?? "") else {
            throw SettingsErrors(problems: [])
        }
        let pin = values["pin"].flatMap { $0.isEmpty ? nil : $0 }
        self.unit = unit
        self.listen = listen
        self.pin = pin
        let state = values["state"] ?? ""
        self.state = state
        sidecar = values["sidecar"].flatMap { $0.isEmpty ? nil : $0 } ?? Sidecar.path(beside: state)
        socket = values["socket"] ?? ""
        parent = values["parent"] ?? ""
        token = values["token"] ?? ""
        caFile = values["ca_file"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
