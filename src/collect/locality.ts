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

const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
