import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib'
import type { Answer } from './exchange.ts'

/** What a small body may unpack to: a bomb is not unpacked. */
const TEXT_LIMIT = 4 * 1024 ** 2

/** The body as text, unpacked. Throws when it cannot be unpacked, or not within the limit. */
export function textOf({ body, headers }: Pick<Answer, 'body' | 'headers'>): string {
  const options = { maxOutputLength: TEXT_LIMIT, finishFlush: constants.Z_SYNC_FLUSH }
  switch ((headers['content-encoding'] ?? '').trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, options).toString()
    case 'deflate':
      return inflateSync(body, options).toString()
    case 'br':
      return brotliDecompressSync(body, {
        maxOutputLength: TEXT_LIMIT,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      }).toString()
    default:
      return body.toString()
  }
}
