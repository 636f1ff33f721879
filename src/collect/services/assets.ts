import { oneLine, shortened } from '../../model/plain-text.ts'
import { redact } from '../../model/redact.ts'
import type { ServiceAsset } from '../../model/service-reading.ts'
import { bytes } from '../../model/units.ts'
import { answerHeaders, freshFor } from './answer-headers.ts'
import { type Connector, exchange } from './exchange.ts'

/** A page has more; these say how the server treats them. */
const MOST_ASSETS = 12

const TAGS = /<(script|link|img|source)\b[^>]{0,2000}>/gi
const ATTRIBUTE = /\b(src|href|rel)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi

/** Scripts, style sheets, icons and pictures of the page, of its own origin, each once and in their order. */
export function assetsIn(html: string, page: URL): URL[] {
  const found = new Map<string, URL>()
  for (const [tag, name = ''] of html.matchAll(TAGS)) {
    const attributes = new Map(
      [...tag.matchAll(ATTRIBUTE)].map(([, key = '', ...values]) => [
        key.toLowerCase(),
        values.find((value) => value !== undefined) ?? '',
      ]),
    )
    const isLink = name.toLowerCase() === 'link'
    if (isLink && !/\b(stylesheet|icon|preload|modulepreload)\b/i.test(attributes.get('rel') ?? '')) continue
    const reference = attributes
      .get(isLink ? 'href' : 'src')
      ?.trim()
      .replaceAll('&amp;', '&')
    if (!reference || !URL.canParse(reference, page)) continue
    const url = new URL(reference, page)
    url.hash = ''
    if (url.origin === page.origin) found.set(url.href, url)
  }
  return [...found.values()].slice(0, MOST_ASSETS)
}

/** One after another on the service's own connection; what does not come within the time is left out. */
export async function readAssets(
  urls: readonly URL[],
  headers: Readonly<Record<string, string>>,
  connector: Connector,
  signal: AbortSignal,
): Promise<ServiceAsset[]> {
  const assets: ServiceAsset[] = []
  for (const url of urls) {
    try {
      const answer = await exchange({ url, method: 'GET', headers }, connector, signal)
      const stated = Number(answer.headers['content-length'] ?? Number.NaN)
      const size = answer.bodyComplete ? answer.body.length : stated
      assets.push({
        ...answerHeaders(answer.headers),
        path: shortened(redact(oneLine(url.pathname)), 120),
        status: answer.status,
        sizeBytes: Number.isFinite(size) ? bytes(size) : null,
        freshFor: freshFor(answer.headers),
      })
    } catch {
      // The page itself is what is probed; an asset that does not come says nothing of caching.
      if (signal.aborted) break
    }
  }
  return assets
}
