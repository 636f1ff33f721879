/** Why a model wrote nothing that can be used, in a sentence for the people who read the report. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure'
}
