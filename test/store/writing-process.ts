import { openStore } from '../../src/store/store.ts'
import { makeReport } from '../support/report.ts'
import { minute } from './records.ts'

/** Saves one report after the other until it is killed, and names each when it is saved. */
const store = await openStore({ directory: process.argv[2] as string })
for (let index = 1; ; index += 1) {
  await store.saveReport(makeReport({ id: `r${index}`, createdAt: minute(index) }))
  process.stdout.write(`${index}\n`)
}
