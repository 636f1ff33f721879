/** Why a model wrote nothing that can be used, in a sentence for the people who read the report. */
export class ModelFailure extends Error {
  override readonly name: string = 'ModelFailure'
}

/**
 * What a server did wrong, not what its model wrote. `busy`: its queue is full. `gone`: it does not have the model any
 * more. `dropped`: it closed the connection. `broken`: anything else.
 */
export type ServerFault = 'busy' | 'gone' | 'dropped' | 'broken'

export class ServerFailure extends ModelFailure {
  override readonly name = 'ServerFailure'
  readonly fault: ServerFault
  /** Whether the model had begun to write: asking again would cost the GPU the same once more. */
  readonly begun: boolean

  constructor(message: string, fault: ServerFault, begun: boolean, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
    this.begun = begun
  }
}
