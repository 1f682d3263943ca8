import JobClient

/// Finds the state directory of a daemon that jobctl has found otherwise.
enum StateSearch {
    /// The directory that is certain to be that daemon's; nil when it is on another
    /// machine, or this user cannot see it.
    static func directory(
        of endpoint: Endpoint, in surroundings: Surroundings
    ) -> String? {
        let places = DaemonPlaces(environment: surroundings.environment)
        var candidates = [places.state, DaemonPlaces.systemState].compactMap { $0 }
        if case .unixSocket(let path) = endpoint.transport, let slash = path.lastIndex(of: "/") {
            let beside = String(path[..<slash])
            // Where there is nothing else to put it, a daemon has its socket there.
            if surroundings.files.exists("\(beside)/jobd.db") { return beside }
            candidates.append(beside)
        }
        return candidates.first { place in
            let text = surroundings.files.read("\(place)/address") ?? ""
            return text.split(whereSeparator: \.isNewline).contains { line in
                Endpoint(String(line)).map { isSame($0, endpoint) } ?? false
            }
        }
    }

    /// Whether both are one, `localhost` being what it is on every machine.
    private static func isSame(_ listed: Endpoint, _ endpoint: Endpoint) -> Bool {
        if listed == endpoint { return true }
        return listed.isLoopback && endpoint.isLoopback && listed.port != nil
            && listed.port == endpoint.port
    }
}
