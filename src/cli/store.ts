import { once } from 'node:events'
import { counted, formatBytes } from '../model/format.ts'
import { withStore } from '../storekeeping.ts'
import { readConfig } from './session.ts'

export type StoreTask =
  | { readonly task: 'check' | 'export' }
  | { readonly task: 'backup'; readonly file: string }

type Kept = Parameters<Parameters<typeof withStore>[1]>[0]

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Exit status 1 when something is damaged or cannot be read. */
async function check(store: Kept): Promise<void> {
  const { rows, sizeBytes, damage, unreadable, brokenAudit } = await store.check()
  for (const [table, count] of Object.entries(rows)) say(`${table.padEnd(15)} ${String(count).padStart(10)}`)
  say(`${formatBytes(sizeBytes)} in all.`)
  for (const line of damage) say(`Damaged: ${line}`)
  for (const record of unreadable.slice(0, 20)) say(`Cannot be read: ${record}`)
  if (unreadable.length > 20) say(`… and ${counted(unreadable.length - 20, 'more record')}`)
  if (brokenAudit) say(`The audit log was changed at entry ${brokenAudit.sequence}: ${brokenAudit.reason}`)
  const well = damage.length === 0 && unreadable.length === 0 && !brokenAudit
  if (well) say('Every record can be read, and the audit log is whole.')
  else process.exitCode = 1
}

async function exportRecords(store: Kept): Promise<void> {
  for await (const record of store.records()) {
    // Who reads may be slower than we are: what is not written yet waits in memory.
    if (!process.stdout.write(`${JSON.stringify(record)}\n`)) await once(process.stdout, 'drain')
  }
}

export async function runStore(configFile: string | undefined, task: StoreTask): Promise<void> {
  await withStore(await readConfig(configFile), async (store) => {
    if (task.task === 'backup') {
      await store.backUp(task.file)
      say(
        `A whole copy is in ${task.file}. To use it, stop perfbot and put it in the place of perfbot.sqlite.`,
      )
    } else if (task.task === 'check') await check(store)
    else await exportRecords(store)
  })
}
