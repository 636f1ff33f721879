export const UP =
  /\b(?:rises?|rose|risen|rising|grows?|grew|grown|growing|increases?|increased|increasing|climb(?:s|ed|ing)?|jump(?:s|ed|ing)?|went up|gone up|going up|goes up|upwards?|surge[sd]?|up from|doubled|tripled|soared)\b/i
export const DOWN =
  /\b(?:falls?|fell|fallen|falling|drop(?:s|ped|ping)?|decreases?|decreased|decreasing|declin(?:es?|ed|ing)|shrinks?|shrank|shrunk|shrinking|sank|sunk|went down|gone down|going down|goes down|downwards?|down from|halved|plunged|dwindl\w+)\b/i
export const BETTER = /\b(?:better|improv(?:es?|ed|ing|ement)|recover(?:s|ed|ing))\b/i
export const WORSE = /\b(?:worse|worsen(?:s|ed|ing)?|deteriorat\w+|degrad\w+)\b/i

export const MORE =
  /\b(?:above|over|exceed(?:s|ed|ing)?|more than|higher than|greater than|larger than|bigger than|beyond|surpass\w*|outgrow\w*|longer than|(?:hotter|warmer|busier|fuller|heavier|slower) than|(?:more|higher|larger|bigger|greater) [\w ]{0,30}than)\b/i
export const LESS =
  /\b(?:below|under|less than|lower than|smaller than|fewer than|within|short of|shorter than|well inside|stays? inside|(?:cooler|colder|idler|emptier|lighter|faster) than|(?:less|lower|smaller|fewer) [\w ]{0,30}than)\b/i
export const NOT = /\b(?:not|never|no longer|neither|nor|hardly|without)\b|n['’]t\b/i

export const wrong = (text: string): string => `"${text.trim().slice(0, 60)}" is the wrong way round`

export function sideIn(words: string): -1 | 0 | 1 {
  const [more, less] = [MORE.test(words), LESS.test(words)]
  if (more === less) return 0
  const side = more ? 1 : -1
  const at = (more ? MORE : LESS).exec(words)?.index ?? 0
  return NOT.test(words.slice(Math.max(0, at - 15), at + 8)) ? (-side as -1 | 1) : side
}
