import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Whether a server named so runs on this machine: by a socket in the file system, a loopback address (a
 * published port of a container too), or an address of one of the machine's interfaces.
 */
export async function isThisHost(host: string): Promise<boolean> {
  if (host.startsWith('/')) return true
  const addresses = await lookup(host, { all: true })
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((at) => at.address)),
  )
  return addresses.some(({ address }) => own.has(address) || isLoopback(address))
}

/** The same of a URL. Of a name that cannot be resolved it is not known, and so it is another machine. */
export const isUrlOfThisHost = (url: string): Promise<boolean> =>
  // An IPv6 address stands in brackets there.
  isThisHost(new URL(url).hostname.replace(/^\[|\]$/g, '')).catch(() => false)

const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
