/** Why no plan can be made, for the person who wanted the fix. Planning turns it into a result. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible'
}
