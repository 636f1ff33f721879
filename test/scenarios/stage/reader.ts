import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCollection } from '../../../src/collect/collection.ts'
import { OWN_SYSTEM } from '../../../src/collect/system-paths.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { seconds } from '../../../src/model/units.ts'

/** Reads the machine that it finds itself on so many times, and prints the snapshots: the inner half of readApart. */
const between = process.env.PERFBOT_BETWEEN ?? ''
const collection = createCollection({
  host: 'web-1',
  windowSeconds: seconds(0.3),
  deadlineSeconds: seconds(20),
  paths: OWN_SYSTEM,
  docker: [],
  postgres: [],
  redis: [],
  services: [],
  ollama: [],
  inferenceProbe: null,
  nvidiaSmi: { command: '/nonexistent/nvidia-smi', configured: false },
})
const taken: Snapshot[] = []
for (let reading = 0; reading < Number(process.argv[2]); reading += 1) {
  if (reading > 0) {
    if (between !== '') execFileSync('sh', ['-c', between], { stdio: ['ignore', 2, 2] })
    await sleep(300)
  }
  taken.push(await collection.snapshot())
}
await collection.close()
process.stdout.write(JSON.stringify(taken))
