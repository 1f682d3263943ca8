/// What was asked for before there was a command, and is still wanted then.
struct StandingRequests {
    var input = InputExtent()
    var isPaused = false

    /// Remembers a request.
    mutating func take(_ request: ControlRequest) {
        switch request {
        case .input(let extent):
            input.size = max(input.size, extent.size)
            input.isEnd = input.isEnd || extent.isEnd
        case .pause: isPaused = true
        case .resume: isPaused = false
        // Nobody is there to be signalled, and a cancel is not for later.
        case .signal, .cancel: break
        }
    }
}
