import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who holds the address that was printed may act at the page; other accounts of the same machine may not. */
export type PageKey = {
  readonly text: string
  /** Whether the address carries the key: the page's first call. */
  readonly isIn: (url: URL) => boolean
  /** Whether the request carries the cookie that the first call was answered with. */
  readonly isHeldBy: (request: IncomingMessage) => boolean
  /** Cookies are shared by the ports of a machine, so the name tells playgrounds apart. */
  readonly cookie: string
}

const same = (left: string, right: string): boolean =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))

export function createPageKey(): PageKey {
  const text = randomBytes(16).toString('hex')
  const name = `playground-${text.slice(0, 6)}`
  const pair = `${name}=${text.slice(6)}`
  return {
    text,
    isIn: (url) => same(url.searchParams.get('key') ?? '', text),
    isHeldBy: ({ headers }) => (headers.cookie ?? '').split('; ').some((cookie) => same(cookie, pair)),
    cookie: `${pair}; Path=/; HttpOnly; SameSite=Strict`,
  }
}
