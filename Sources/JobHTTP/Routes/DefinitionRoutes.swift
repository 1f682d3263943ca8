import Foundation
import Hummingbird
import JobAPI
import JobModel

/// Showing the definitions that whoever asks may start.
struct DefinitionRoutes: Sendable {
    let definitions: DefinitionRegistry

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/definitions", [.get: list])
        router.endpoint("/definitions/{name}", [.get: show])
    }

    @Sendable private func list(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let offer = definitions.offer(to: try context.requester)
        return .json { json in
            json.object {
                $0.key("definitions")
                $0.array { array in
                    for definition in offer.definitions {
                        array.value(definition, command: offer.showsCommands)
                    }
                }
            }
        }
    }

    @Sendable private func show(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let offer = definitions.offer(to: try context.requester)
        let text = context.parameters.get("name") ?? ""
        let name = text.removingPercentEncoding ?? text
        guard let definition = offer[name] else {
            throw JobError(
                .definitionNotFound,
                "There is no definition '\(name)' that could be started. GET /definitions lists "
                    + "those that can.")
        }
        return .json { $0.value(definition, command: offer.showsCommands) }
    }
}
