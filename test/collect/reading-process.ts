import { createCollection } from '../../src/collect/collection.ts'
import { connectEngine } from '../../src/collect/containers/engine-client.ts'
import { seconds } from '../../src/model/units.ts'

/** One snapshot as a process of its own, which may be of a user who may little: `procfs sysfs rootfs socket`. */
const [procfs = '', sysfs = '', rootfs = '', socket = ''] = process.argv.slice(2)
const collection = createCollection({
  host: 'little',
  windowSeconds: seconds(0.1),
  deadlineSeconds: seconds(10),
  paths: { procfs, sysfs, rootfs },
  docker: [connectEngine({ name: 'local', socket, configured: true })],
  postgres: [],
  redis: [],
  services: [],
  ollama: [],
  inferenceProbe: null,
  nvidiaSmi: { command: 'nvidia-smi', configured: false },
})
process.stdout.write(JSON.stringify(await collection.snapshot()))
await collection.close()
