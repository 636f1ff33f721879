import { openStore } from '../../src/store/store.ts'
import { makeApproval } from './records.ts'

/** Claims every plan it is told of, as fast as it can, and says which it got. */
const [directory, person, plans] = process.argv.slice(2) as [string, string, string]
const store = await openStore({ directory })
process.stdout.write('ready\n')
process.stdin.once('data', async () => {
  const got: string[] = []
  for (const planId of plans.split(',')) {
    if (await store.claimPlan(makeApproval({ planId, person }))) got.push(planId)
    await store.appendAudit({
      at: makeApproval().at,
      actor: person,
      action: 'approved',
      subject: planId,
      detail: {},
    })
  }
  await store.close()
  process.stdout.write(JSON.stringify(got))
  process.exit()
})
