import { join } from 'node:path'
import { hostCollector } from '../../src/collect/host.ts'
import { seconds } from '../../src/model/units.ts'

/** Reads the machine whose root is at the path that is given, and prints it: to be started in namespaces of its own. */
const rootfs = process.argv[2] ?? '/'
const collector = hostCollector(seconds(0.2), {
  procfs: join(rootfs, 'proc'),
  sysfs: join(rootfs, 'sys'),
  rootfs,
})
const { machine, gaps } = await collector.collect(AbortSignal.timeout(20_000))
await collector.close?.()
process.stdout.write(JSON.stringify({ pid: process.pid, machine, gaps }))
