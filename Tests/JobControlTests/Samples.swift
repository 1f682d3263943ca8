import JobAPI

/// Documents as a daemon sends them.
enum Samples {
    /// A running job.
    static func job() throws -> JobResource {
        try JobResource(
            json: Array(
                """
                {"id":42,"name":"nightly copy","command":["rsync","-a","src/","dst/"],\
                "state":"running","queue":"default","labels":{"app":"shop"},"cwd":"/srv",\
                "attempt":1,"max_attempts":3,\
                "created_at":"2026-11-22T08:15:30.123Z","started_at":"2026-11-22T08:15:31.000Z",\
                "progress":{"fraction":0.42,"done":42,"total":100,"unit":"files","message":"a.txt",\
                "rate":3.1,"eta_seconds":18.7,"source":"rsync"},\
                "usage":{"cpu_seconds":1.9,"max_rss_bytes":10485760,"output_bytes":2048},\
                "cursor":1093}
                """.utf8))
    }

    /// A job's document.
    static func document(_ id: Int, state: String = "failed", attempt: Int = 1) -> String {
        """
        {"id":\(id),"name":"nightly copy","command":["rsync"],"state":"\(state)",\
        "queue":"default","priority":0,"labels":{"app":"shop","tier":"1"},"attempt":\(attempt),\
        "max_attempts":3,"created_at":"2026-11-22T08:15:30.123Z","after":[],\
        "after_policy":"succeeded","resources":{},"cursor":1093}
        """
    }

    /// A definition, as somebody sees it who is no administrator.
    static let definition = DefinitionResource(
        name: "transcode", description: "Make an MP4 of a video",
        parameters: [
            .init(name: "input", type: "path", isRequired: true, isSecret: false),
            .init(
                name: "preset", type: "string", isRequired: false, isSecret: false,
                standard: .text("fast"), choices: [.text("fast"), .text("slow")]),
            .init(
                name: "verbose", type: "boolean", isRequired: false, isSecret: false,
                standard: .flag(false)),
        ],
        queue: "default", acceptsInput: false)
}
