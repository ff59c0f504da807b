import NIOCore

/// What this machine is called on its networks.
package enum Addresses {
    /// IPv4 addresses that another machine may reach, in the order in which the system lists its networks.
    package static func lan() -> [String] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { device in
            guard case .v4? = device.address else { return nil }
            return device.address?.ipAddress
        }.filter { !$0.hasPrefix("127.") && !$0.hasPrefix("169.254.") }
    }
}
