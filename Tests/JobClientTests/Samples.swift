import JobAPI
import JobClient
import Testing

/// Documents as a daemon sends them.
enum Samples {
    /// A job.
    static func job(_ id: Int = 42, state: String = "running", cursor: Int = 1093) -> String {
        """
        {"id":\(id),"name":"nightly copy","command":["rsync","-a","src/","dst/"],\
        "state":"\(state)","queue":"default","priority":0,"labels":{"app":"shop"},"cwd":"/srv",\
        "attempt":1,"max_attempts":3,"waiting_for":null,\
        "created_at":"2026-11-22T08:15:30.123Z","started_at":"2026-11-22T08:15:31.000Z",\
        "finished_at":null,"exit_code":null,"signal":null,"failure":null,"error":null,\
        "progress":{"fraction":0.42,"done":42,"total":100,"unit":"files","message":"a.txt",\
        "rate":3.1,"eta_seconds":18.7,"source":"rsync","time":"2026-11-22T08:15:40.500Z"},\
        "usage":{"cpu_seconds":1.9,"max_rss_bytes":10485760,"output_bytes":2048},\
        "cursor":\(cursor),"retry":{"max_attempts":3,"backoff_seconds":5,"backoff_factor":2,\
        "max_backoff_seconds":300,"on":["exit","lost"]},"stall_timeout_seconds":300,\
        "not_before":"2026-11-22T08:00:00.000Z","after":[40,41],"after_policy":"finished",\
        "resources":{"gpu":1,"mem_gb":8},"granted":{"gpu":["0"],"mem_gb":8},"eligible_at":null,\
        "links":{"self":"/jobs/\(id)"},"some_day":{"more":[1,2]}}
        """
    }

    /// A progress event's data.
    static func progress(_ id: Int, fraction: Double = 0.5) -> String {
        """
        {"id":\(id),"job":42,"time":"2026-11-22T08:15:30.123Z","attempt":1,\
        "fraction":\(fraction),"done":null,"total":null,"unit":null,"message":"größer",\
        "rate":null,"eta_seconds":null,"source":"percent"}
        """
    }

    /// A progress event's frame.
    static func progressFrame(_ id: Int) -> String { "id: \(id)\ndata: \(progress(id))\n\n" }

    /// The frame of a job's end.
    static func endFrame(_ id: Int, state: String = "succeeded") -> String {
        """
        id: \(id)
        event: end
        data: {"id":\(id),"job":42,"time":"2026-11-22T08:15:30.123Z","state":"\(state)",\
        "attempt":1,"exit_code":0,"signal":null,"failure":null,"error":null}


        """
    }
}

extension Samples {
    /// What the stream tells of a job that tells nothing.
    static func estimateFrame(_ fraction: Double) -> String {
        """
        data: {"job":42,"time":"2026-11-22T08:15:30.123Z","attempt":1,"fraction":\(fraction),\
        "done":null,"total":null,"unit":null,"message":null,"rate":null,"eta_seconds":3.5,\
        "source":"history"}


        """
    }
}

/// Options for tests: a server's `retry:` decides how long is waited, and the
/// limits are out of the way.
let patient = ClientOptions(
    connectLimit: .seconds(600), answerLimit: .seconds(600), silenceLimit: .seconds(600))

/// The ids of a stream's events, and `reset` as 0.
func ids(_ events: JobEvents) async throws -> [Int64] {
    var ids: [Int64] = []
    for try await element in events {
        switch element {
        case .event(let event): ids.append(event.value.id)
        case .estimate: continue
        case .reset: ids.append(0)
        }
    }
    return ids
}
