package import JobModel

extension JSONWriter {
    /// The job resource.
    package mutating func value(_ job: Job) {
        object { json in
            json.member("id", job.id.rawValue)
            json.member("name", job.spec.name)
            json.key("command")
            switch job.spec.command {
            case .arguments(let arguments):
                json.array { for argument in arguments { $0.value(argument) } }
            case .shell(let line): json.value(line)
            }
            json.member("state", job.state.rawValue)
            json.member("queue", job.spec.queue)
            json.key("labels")
            json.object { object in
                for (name, label) in job.spec.labels.sorted(by: { $0.key < $1.key }) {
                    object.key(name)
                    object.value(label)
                }
            }
            json.member("cwd", job.spec.cwd)
            json.member("tty", job.spec.tty)
            json.member("timeout_seconds", job.spec.timeout.map(Self.seconds))
            json.member("kill_grace_seconds", Self.seconds(job.spec.killGrace))
            json.member("output_limit_bytes", job.spec.outputLimitBytes)
            json.member("attempt", job.attempt)
            json.member("max_attempts", 1)
            // Waiting for a time, for other jobs or to retry cannot be asked for.
            json.member("waiting_for", String?.none)
            json.member("created_at", job.createdAt.rfc3339)
            json.member("started_at", job.startedAt?.rfc3339)
            json.member("finished_at", job.finishedAt?.rfc3339)
            json.member("cancel_requested_at", job.cancelRequestedAt?.rfc3339)
            json.member("exit_code", job.exitCode)
            json.member("signal", job.signal)
            json.member("failure", job.failure?.rawValue)
            json.member("error", job.error)
            json.key("progress")
            if let reading = job.progress {
                json.object {
                    $0.members(of: reading.progress)
                    $0.member("time", reading.time.rfc3339)
                }
            } else {
                json.null()
            }
            json.key("usage")
            if let usage = job.usage {
                json.object {
                    $0.member("cpu_seconds", Self.seconds(usage.cpuMicroseconds))
                    $0.member("max_rss_bytes", usage.maxRSSBytes)
                    $0.member("output_bytes", usage.outputBytes)
                }
            } else {
                json.null()
            }
            json.member("cursor", job.cursor.rawValue)
            json.key("links")
            json.object {
                $0.member("self", "/jobs/\(job.id)")
                $0.member("progress", "/jobs/\(job.id)/progress")
                $0.member("output", "/jobs/\(job.id)/output")
            }
        }
    }

    /// The members that a reading has, in a job and in an event.
    mutating func members(of progress: Progress) {
        member("fraction", progress.fraction)
        member("done", progress.done)
        member("total", progress.total)
        member("unit", progress.unit)
        member("message", progress.message)
        member("rate", progress.rate)
        member("eta_seconds", progress.etaSeconds)
        member("source", progress.source.rawValue)
    }

    private static func seconds(_ microseconds: Int64) -> Double {
        Double(microseconds) / 1_000_000
    }
}
