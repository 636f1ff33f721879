import { redact } from '../../model/redact.ts'
import type { Seconds } from '../../model/units.ts'

/** One HTTP service as config names it. */
export type ServiceSource = {
  readonly name: string
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  /** May hold secrets: sent to the service, and to nobody who cannot prove to be it. */
  readonly headers: Readonly<Record<string, string>>
  readonly expect: {
    /** Null: any status below 400. */
    readonly status: readonly number[] | null
    readonly text: string | null
  }
  /** What P95 should be at most. */
  readonly target: Seconds | null
  readonly timeout: Seconds
  /** How many in each reading. */
  readonly probes: number
  /** Whether to look at the scripts, style sheets and pictures of the page. */
  readonly assets: boolean
  /** False takes any certificate; what is wrong with it is still stated. */
  readonly verifyCertificate: boolean
  /** A file with the certificates of a private authority. */
  readonly ca: string | null
}

/** The address as it may be shown: without credentials, fragment and the values of its query. */
export function publicUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  shown.hash = ''
  for (const name of new Set(shown.searchParams.keys())) shown.searchParams.set(name, '***')
  return redact(shown.href)
}
