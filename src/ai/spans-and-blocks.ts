import { agreesWith } from './derive.ts'
import type { Facts } from './facts.ts'
import type { Mention } from './mentions.ts'

/** "16384 blocks of 8 kB": how many of which size a figure is. */
export function isMadeOfBlocks(
  mention: Mention,
  mentions: readonly Mention[],
  text: string,
  { figures }: Facts,
): boolean {
  return mentions.some((count, index) => {
    const size = mentions[index + 1]
    if (!size || count.unit !== 'plain' || size.unit !== 'bytes' || (mention !== count && mention !== size))
      return false
    if (
      !/^\s*(?:×|x|times|(?:blocks?|pages?|units?|buffers?)(?: of)?)\s*$/i.test(
        text.slice(count.end, size.start),
      )
    )
      return false
    return count.readings.some((many) =>
      size.readings.some((one) =>
        figures.some(
          ({ unit, value }) => unit === 'bytes' && Math.abs(many.value * one.value - value) < value * 1e-6,
        ),
      ),
    )
  })
}

/** A length of time between two known instants: "two hours ago". */
export function isSpan(mention: Mention, text: string, { instants, events, now }: Facts): boolean {
  if (mention.unit !== 'seconds') return false
  if (!/\b(?:ago|since|for|after|before|later|earlier|old|up|uptime)\b/i.test(text)) return false
  // How long ago it was read says nothing of when anything else happened.
  const isOfReading = /\b(?:reports?|measure\w*|readings?|read|compare\w*|looked)\b/i.test(text)
  return (isOfReading ? instants : events).some((instant) => {
    const seconds = Math.abs(now.getTime() - instant.getTime()) / 1000
    return seconds > 0 && agreesWith(mention, seconds)
  })
}
