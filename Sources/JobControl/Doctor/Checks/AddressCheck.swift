import JobClient

/// Whether the daemon can be reached from elsewhere without encryption.
struct AddressCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        examination.addresses.map { address in
            if address.isLoopback {
                return Finding("address", .ok, "\(address) can be reached from this machine only")
            }
            if address.isPlainRemote {
                return Finding(
                    "address", .problem,
                    "\(address) is not encrypted: whoever is on the way can read tokens and output",
                    advice: "give jobd tls_certificate and tls_key, or listen on 127.0.0.1 with a "
                        + "proxy that speaks https in front")
            }
            return Finding("address", .ok, "\(address) is encrypted")
        }
    }
}
