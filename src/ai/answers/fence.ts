/** What stands in a line that a model is shown cannot end it: the fence and the marks are ours. */
export const fenced = (text: string): string => text.replace(/</g, '‹').replace(/\s+/g, ' ')
