import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const PROGRAM = 'prometheus-node-exporter'

export const nodeExporterIsMissing = !(process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, PROGRAM)))

export const whyWithoutNodeExporter = nodeExporterIsMissing
  ? ` (skipped: no ${PROGRAM} on the PATH; apt-get install ${PROGRAM})`
  : ''

export type NodeExporter = {
  readonly pid: number
  /** Every sample of one scrape, under its name and the values of its labels. */
  scrape(): Promise<Map<string, number>>
  stop(): void
}

/** Debian's node_exporter, on a port of its own. It reads network counters where perfbot does, not by netlink. */
export async function startNodeExporter(): Promise<NodeExporter> {
  const exporter = spawn(
    PROGRAM,
    ['--web.listen-address=127.0.0.1:0', '--no-collector.netdev.netlink', '--no-collector.systemd'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const address = await listeningAddress(exporter)
  return {
    pid: exporter.pid ?? 0,
    async scrape() {
      const response = await fetch(`http://${address}/metrics`)
      return samplesIn(await response.text())
    },
    stop: () => exporter.kill(),
  }
}

/** Goes on taking what it says: a pipe that nobody reads would hold it up, and a closed one end it. */
function listeningAddress(exporter: ChildProcess): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    exporter.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      const address = /msg="Listening on" address=(\S+)/.exec(said)?.[1]
      if (address) resolve(address)
    })
    exporter.once('error', reject)
    exporter.once('exit', () => reject(new Error(`${PROGRAM} did not start: ${said}`)))
  })
}

/** `node_disk_io_now{device="vda"} 0`; no label of the samples that are compared holds a quote or a comma. */
function samplesIn(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
    if (!match) continue
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])
    samples.set(sampleKey(match[1] ?? '', Object.fromEntries(labels)), Number(match[3]))
  }
  return samples
}

export const sampleKey = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name} ${JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))}`
