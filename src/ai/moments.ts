const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const MONTH = `(?:${MONTHS.map((month) => `${month}|${month.slice(0, 3)}`).join('|')})`

/** Dates and times of day as a text may state them. */
const MOMENT = new RegExp(
  [
    String.raw`\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?`,
    String.raw`\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}\b\.?(?:,? \d{4}\b)?`,
    String.raw`\b${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4}\b)?`,
    String.raw`\b\d{1,2}:\d{2}(?::\d{2})?\b(?: ?[ap]m\b)?`,
  ].join('|'),
  'gi',
)

/** Every way to state one of the moments (ISO, UTC) that is understood. */
export function spellings(moments: Iterable<string>): Set<string> {
  const all = new Set<string>()
  for (const moment of moments) {
    const [date = '', time = ''] = moment.replace('Z', '').split('T')
    const [year = '', month = '', day = ''] = date.split('-')
    const clock = [time, time.slice(0, 8), time.slice(0, 5)]
    for (const spelling of clock) all.add(spelling).add(`${date} ${spelling}`)
    all.add(date)
    const name = MONTHS[Number(month) - 1] ?? ''
    for (const short of [name, name.slice(0, 3)]) {
      for (const spelling of [`${Number(day)} ${short}`, `${short} ${Number(day)}`]) {
        all.add(spelling.toLowerCase()).add(`${spelling} ${year}`.toLowerCase())
      }
    }
  }
  return all
}

/** Each date or time of day in a text, with its plain spelling. */
export function momentsIn(text: string): { start: number; end: number; spelling: string; text: string }[] {
  return [...text.matchAll(MOMENT)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
    spelling: match[0]
      .replace(/(\d)(?:st|nd|rd|th)\b/i, '$1')
      .replace(/ of /i, ' ')
      .replace(/[,.](?= )/g, '')
      .replace(/(\d)T(\d)/, '$1 $2')
      .replace(/Z$/, '')
      .toLowerCase(),
  }))
}
