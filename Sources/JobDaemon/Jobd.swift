import ArgumentParser
@main struct Jobd: AsyncParsableCommand { func run() async throws {} }
