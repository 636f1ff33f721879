/** Something about the store that a person has to see to. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
  /** What to do about it, exact where it can be. */
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}
