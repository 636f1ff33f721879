/** A request that a line tells of, in whichever server's form. */
export type Request = {
  readonly method: string
  readonly path: string
  readonly status: number
  /** Where the client's address stands in the line; -1 where it does not. */
  readonly clientAt: number
  /** Where the time it took stands, and in what; -1 where it does not. */
  readonly tookAt: number
  readonly tookIn: 's' | 'ms' | 'attached'
}

const METHOD = '(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)'
const QUOTED = new RegExp(`"${METHOD} ([^\\s"?]{1,300})[^"]{0,2000}"(?: status[:=])? ?([1-5]\\d\\d)\\b`)
const GIN = new RegExp(
  `\\| ([1-5]\\d\\d) \\|\\s{0,12}(\\S{1,24}) \\|\\s{0,20}(\\S{1,45}) \\| ${METHOD}\\s{1,8}"([^"?]{1,300})`,
)
const HAPROXY = /(?:-?\d{1,9}\/){4}\+?-?\d{1,9} ([1-5]\d\d) \d{1,12} /
const ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}/
/** nginx's $request_time as the last word, Envoy's duration as the third figure after its flags. */
const LAST_DECIMAL = /[ "](\d{1,6}\.\d{3})"?$/
const ENVOY = /^" ?[1-5]\d\d [A-Z,-]{1,40} \d{1,12} \d{1,12} (\d{1,9}) /

export function requestIn(line: string): Request | null {
  const quoted = QUOTED.exec(line)
  if (quoted) {
    const after = quoted.index + quoted[0].length
    const client = ADDRESS.exec(line.slice(0, quoted.index))
    const decimal = LAST_DECIMAL.exec(line)
    const envoy = decimal ? null : ENVOY.exec(line.slice(after - 5, after + 100))
    const proxied = HAPROXY.exec(line.slice(0, quoted.index))
    return {
      method: quoted[1] as string,
      path: quoted[2] as string,
      status: Number(proxied?.[1] ?? quoted[3]),
      clientAt: client?.index ?? -1,
      tookAt: decimal
        ? decimal.index + 1
        : envoy
          ? after - 5 + envoy[0].length - 1 - (envoy[1] as string).length
          : -1,
      tookIn: decimal ? 's' : 'ms',
    }
  }
  const gin = line.includes('|') ? GIN.exec(line) : null
  if (gin) {
    return {
      method: gin[4] as string,
      path: gin[5] as string,
      status: Number(gin[1]),
      clientAt: gin.index + gin[0].indexOf(gin[3] as string, 6 + (gin[2] as string).length),
      tookAt: gin.index + gin[0].indexOf(gin[2] as string, 6),
      tookIn: 'attached',
    }
  }
  const proxied = HAPROXY.exec(line)
  const request = proxied && new RegExp(`"${METHOD} ([^\\s"?]{1,300})`).exec(line)
  if (!proxied || !request) return null
  return {
    method: request[1] as string,
    path: request[2] as string,
    status: Number(proxied[1]),
    clientAt: ADDRESS.exec(line)?.index ?? -1,
    tookAt: -1,
    tookIn: 'ms',
  }
}

/** A path whose numbers and long names are parameters. */
export const pathShape = (path: string): string =>
  path
    .split('/', 6)
    .map((part) => (/\d|.{24}/.test(part) ? '<*>' : part))
    .join('/')
