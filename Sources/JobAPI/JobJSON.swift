package import JobModel

extension JSONWriter {
    /// The job resource.
    ///
    /// - Parameter hints: why it does not get on, for people; nil: nobody has looked.
    package mutating func value(_ job: Job, hints: [String]? = nil) {
        object { json in
            json.member("id", job.id.rawValue)
            json.member("name", job.spec.name)
            json.key("command")
            switch job.spec.command {
            case .arguments(let arguments):
                json.array { for argument in arguments { $0.value(raw: argument) } }
            case .shell(let line): json.value(raw: line)
            }
            json.member("owner", job.owner?.rawValue)
            json.member("definition", job.spec.definition?.name)
            json.key("parameters")
            if let parameters = job.spec.definition?.parameters {
                json.object { object in
                    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
                        object.key(name)
                        object.value(value)
                    }
                }
            } else {
                json.null()
            }
            json.member("state", job.state.rawValue)
            json.member("queue", job.spec.queue)
            json.member("priority", job.spec.priority)
            json.key("labels")
            json.object { object in
                for (name, label) in job.spec.labels.sorted(by: { $0.key < $1.key }) {
                    object.key(name)
                    object.value(label)
                }
            }
            json.key("cwd")
            if let cwd = job.spec.cwd { json.value(raw: cwd) } else { json.null() }
            json.key("secret_env")
            json.array { for name in job.spec.secretEnvironment.keys.sorted() { $0.value(name) } }
            json.member("tty", job.spec.tty)
            json.member("watch_files", job.spec.watchFiles)
            json.member("timeout_seconds", job.spec.timeout.map(Self.seconds))
            json.member("stall_timeout_seconds", job.spec.stallTimeout.map(Self.seconds))
            json.member("kill_grace_seconds", Self.seconds(job.spec.killGrace))
            json.member("output_limit_bytes", job.spec.outputLimitBytes)
            json.member(retry: job.spec.retry)
            json.member("not_before", job.spec.notBefore?.rfc3339)
            json.key("after")
            json.array { for id in job.spec.after { $0.value(id.rawValue) } }
            json.member("after_policy", job.spec.afterPolicy.rawValue)
            json.key("resources")
            json.object { object in
                for (name, amount) in job.spec.resources.sorted(by: { $0.key < $1.key }) {
                    object.key(name)
                    object.value(amount)
                }
            }
            json.member(limits: job.spec.limits)
            json.member(runAs: job.spec.runAs)
            json.member("attempt", job.attempt)
            json.member("max_attempts", job.attemptLimit)
            json.member("waiting_for", job.waitingFor?.rawValue)
            json.member("eligible_at", job.eligibleAt?.rfc3339)
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
            json.member(usage: job.usage)
            json.member(granted: job.granted)
            if let hints {
                json.key("hints")
                json.array { for hint in hints { $0.value(hint) } }
            }
            json.member("cursor", job.cursor.rawValue)
            json.key("links")
            json.object {
                $0.member("self", Link.job(job.id))
                $0.member("progress", Link.progress(of: job.id))
                $0.member("output", Link.output(of: job.id))
            }
        }
    }

    /// The members that a reading has, in a job and in an event.
    package mutating func members(of progress: Progress) {
        member("fraction", progress.fraction)
        member("done", progress.done)
        member("total", progress.total)
        member("unit", progress.unit)
        member("message", progress.message)
        member("rate", progress.rate)
        member("eta_seconds", progress.etaSeconds)
        member("source", progress.source.rawValue)
    }

    mutating func member(usage: Usage?) {
        key("usage")
        guard let usage else { return null() }
        object {
            $0.member("cpu_seconds", Self.seconds(usage.cpuMicroseconds))
            $0.member("max_rss_bytes", usage.maxRSSBytes)
            $0.member("output_bytes", usage.outputBytes)
        }
    }

    /// What an attempt was given; null when it needed nothing.
    mutating func member(granted: [String: Grant]) {
        key("granted")
        if granted.isEmpty { null() } else { value(granted) }
    }

    mutating func value(_ grants: [String: Grant]) {
        object { object in
            for (name, grant) in grants.sorted(by: { $0.key < $1.key }) {
                object.key(name)
                switch grant {
                case .amount(let amount): object.value(amount)
                case .names(let names): object.array { for name in names { $0.value(name) } }
                }
            }
        }
    }

    private mutating func member(retry: RetryPolicy?) {
        key("retry")
        guard let retry else { return null() }
        object {
            $0.member("max_attempts", retry.maxAttempts)
            $0.member("backoff_seconds", Self.seconds(retry.backoff))
            $0.member("backoff_factor", retry.factor)
            $0.member("max_backoff_seconds", Self.seconds(retry.maxBackoff))
            $0.key("on")
            $0.array { for word in retry.on.map(\.rawValue).sorted() { $0.value(word) } }
        }
    }

    /// What is limited, and nothing else.
    private mutating func member(limits: ResourceLimits) {
        key("limits")
        object { json in
            if let bytes = limits.memoryBytes { json.member("memory_bytes", bytes) }
            if let seconds = limits.cpuSeconds { json.member("cpu_seconds", seconds) }
            if let files = limits.openFiles { json.member("open_files", files) }
            if let processes = limits.processes { json.member("processes", processes) }
            if let nice = limits.nice { json.member("nice", nice) }
            if let io = limits.io { json.member("io", io.rawValue) }
        }
    }

    private mutating func member(runAs user: RunAs?) {
        key("run_as")
        guard let user else { return null() }
        object {
            $0.member("user", user.user)
            $0.member("group", user.group)
        }
    }

    private static func seconds(_ microseconds: Int64) -> Double {
        Double(microseconds) / 1_000_000
    }
}
