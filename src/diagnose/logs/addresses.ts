/** Ports that a scheme implies. */
const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  amqp: 5672,
  amqps: 5671,
  redis: 6379,
  rediss: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mongodb: 27_017,
  kafka: 9092,
  nats: 4222,
  ldap: 389,
}

const NAME = String.raw`[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,62}){0,8}`
const NAMED_PARTS =
  /(?:server at|host(?:name)?)[ =:]{1,3}\\?["']?(?<host>[\w.:-]{1,120})\\?["']?[^\n]{0,80}?port[ =:]{1,3}["']?(?<port>\d{1,5})/i
const FAILED_PORT = new RegExp(String.raw`\bto (?<host>${NAME}) port (?<port>\d{1,5})\b`)
/** 10.0.0.3:55000->10.0.0.9:5432, as Go writes both ends. */
const ARROW = /->\[?(?<host>[\da-fA-F.:]{3,45}|[\w.-]{1,120})\]?:(?<port>\d{2,5})\b/
const UPSTREAM =
  /upstream(?:_addr|_host)?["']?[=: ]{1,2}["']?(?:\w{1,10}:\/\/)?(?<host>[\w.-]{1,120})(?::(?<port>\d{1,5}))?/
const URL =
  /\b(?<scheme>[a-z][a-z0-9+]{1,12}):\/\/(?:[^\s@/"'<>]{0,200}@)?(?<host>\[[0-9a-fA-F:]{2,45}\]|[\w.-]{1,120})(?::(?<port>\d{1,5}))?/
/** name/10.0.0.7:9092, redis/<unresolved>:6379, as Java writes them. */
const JAVA = new RegExp(
  String.raw`\b(?<host>${NAME})\/(?:<unresolved>|[\d.]{7,15}|\[[0-9a-fA-F:]{2,45}\]):(?<port>\d{2,5})\b`,
)
const IPV6 = /(?<![\w:])\[?(?<host>(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4})\]?:(?<port>\d{2,5})\b/
const PAIR = new RegExp(String.raw`(?<![\w./:@-])(?<host>${NAME}):(?<port>\d{2,5})(?![\w:.]*:\d|\.\d)\b`, 'g')
/** /10.0.0.7:3888 */
const SLASHED = /(?<![\w.:])\/(?<host>\d{1,3}(?:\.\d{1,3}){3}):(?<port>\d{2,5})\b/
const PYTHON_PAIR = /\(['"](?<host>[\w.:-]{1,120})['"], (?<port>\d{2,5})\)/
const BARE =
  /(?:connect(?:ing|ion)?(?: attempt)? to|reach|server|host|ETIMEDOUT|ECONNREFUSED|EHOSTUNREACH) ["']?(?<host>\d{1,3}(?:\.\d{1,3}){3}|[a-z][\w-]{0,40}(?:\.[\w-]{1,40}){1,6})\b/

/** Places in a program, which look as addresses do. */
const IS_NO_HOST =
  /\.(?:go|js|mjs|cjs|ts|tsx|py|rb|java|kt|scala|rs|c|cc|cpp|h|cs|php|ex|erl|lua|so|sh|service)$|^(?:node|line|col|at|port|pid|code|error|errno|status|exit|signal|time|id|sha256|client|level|ip|tcp|udp|http|https|java|internal|main|\d{1,4})$/i

type Address = { host?: string; port?: number }

function made(groups: Record<string, string | undefined> | undefined): Address | null {
  const host = groups?.host?.replace(/^\[|\]$/g, '')
  if (host === undefined || IS_NO_HOST.test(host) || /^[0.:]*$/.test(host)) return null
  const port = groups?.port === undefined ? SCHEME_PORTS[groups?.scheme ?? ''] : Number(groups.port)
  return port === undefined || port === 0 || port > 65_535 ? { host } : { host, port }
}

/** The server that a URL in the line names. */
export const urlIn = (line: string): Address => made(URL.exec(line)?.groups) ?? {}

/** The other side of a connection that a line of trouble speaks of. */
export function addressIn(line: string): Address {
  for (const expression of [
    ARROW,
    UPSTREAM,
    NAMED_PARTS,
    JAVA,
    FAILED_PORT,
    PYTHON_PAIR,
    URL,
    SLASHED,
    IPV6,
  ]) {
    const found = made(expression.exec(line)?.groups)
    if (found) return found
  }
  for (const match of line.matchAll(PAIR)) {
    const found = made(match.groups)
    if (found) return found
  }
  return made(BARE.exec(line)?.groups) ?? {}
}
