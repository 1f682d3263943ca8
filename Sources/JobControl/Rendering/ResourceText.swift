import JobAPI

/// Resources in words.
enum ResourceText {
    /// What a job needs: `gpu=1 mem_gb=8`.
    static func needs(_ needs: [String: Int64]) -> String {
        text(needs) { "\($0)" }
    }

    /// What there is, or was granted: `gpu=0,1 mem_gb=24`.
    static func amounts(_ amounts: [String: QueueResource.Amount]) -> String {
        text(amounts) { amount in
            switch amount {
            case .count(let count): "\(count)"
            case .names(let names): names.joined(separator: ",")
            }
        }
    }

    /// How much of it is in use: `gpu 1/2, mem_gb 8/24`.
    static func use(of queue: QueueResource) -> String {
        queue.resources.sorted { $0.key < $1.key }
            .map { name, amount in
                "\(DisplayText.clean(name)) \(queue.inUse[name]?.total ?? 0)/\(amount.total)"
            }
            .joined(separator: ", ")
    }

    private static func text<Value>(
        _ values: [String: Value], _ word: (Value) -> String
    ) -> String {
        values.sorted { $0.key < $1.key }
            .map { DisplayText.clean("\($0.key)=\(word($0.value))") }
            .joined(separator: " ")
    }
}
